import type { Pod } from '../pod';
import { sidecarFor } from '../sidecar';
import type { Template } from '../template';
import type { PolicyVariable } from './policy-variable';
import { celString } from './cel-literal';

/** How many names of a volume are tried. The webhook has no such end; a pod that uses up these has been made for it. */
const mostNames = 9;

/** `variables.volume0` and so on: for each volume of the template, the first name that the pod has no volume of. */
export function volumeVariables(template: Template): readonly PolicyVariable[] {
  const names = template.volumes.map((volume, index): PolicyVariable => {
    const candidates = candidatesFor({ ...template, volumes: [volume] }).map(celString);
    const earlier = template.volumes.slice(0, index).map((_, each) => `variables.${volumeVariable(each)}`);
    const taken = earlier.length === 0 ? '' : ` && !(name in [${earlier.join(', ')}])`;
    return {
      name: volumeVariable(index),
      expression: `[${candidates.join(', ')}]\n.filter(name, !(name in variables.volumeNames)${taken})[0]`,
    };
  });
  const taken = 'object.spec.?volumes.orValue([]).map(volume, volume.name)';
  return [{ name: 'volumeNames', expression: taken }, ...names];
}

/** The variable that holds the name of the template's volume at `index`. */
export function volumeVariable(index: number): string {
  return `volume${index}`;
}

/** The names that the webhook gives to the template's only volume, one after the other, as the pod takes them. */
function candidatesFor(template: Template): readonly string[] {
  const request = {
    overrides: { env: {}, requests: {} },
    probePorts: '',
    mode: 'native',
    warnings: [],
  } as const;
  const taken: { name: string }[] = [];
  while (taken.length < mostNames) {
    const pod: Pod = { metadata: {}, spec: { volumes: [...taken] } };
    const [volume] = sidecarFor(pod, template, request).volumes as readonly { name: string }[];
    taken.push({ name: volume?.name ?? '' });
  }
  return taken.map(({ name }) => name);
}
