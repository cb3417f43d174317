import type { AddOperation } from './patch';
import type { Pod } from './pod';
import type { SidecarMode } from './sidecar';
import type { Template } from './template';

type Patches = Map<string, readonly AddOperation[]>;

const patches = new WeakMap<Template, Patches>();

/**
 * Most pods ask for nothing of their own and get in nobody's way. For them the patch depends on no more than the
 * template, the mode, and which lists the pod does not have: it is made once and then the very same array, so that
 * printing it can be done once too.
 */
export function standardPatch(
  pod: Pod,
  template: Template,
  mode: SidecarMode,
  make: () => readonly AddOperation[],
): readonly AddOperation[] {
  if (!isStandard(pod, template)) return make();
  const { metadata, spec } = pod;
  const lists = [metadata.annotations, spec.initContainers, spec.containers, spec.volumes];
  const key = `${mode} ${lists.map((list) => (list ? 'has' : 'lacks')).join(' ')}`;
  const made = patchesFor(template);
  const known = made.get(key);
  if (known !== undefined) return known;
  const patch = make();
  made.set(key, patch);
  return patch;
}

function isStandard(pod: Pod, template: Template): boolean {
  const annotations = pod.metadata.annotations ?? {};
  for (const name in annotations) {
    if (name.startsWith('podlag.io/') || name in template.annotations) return false;
  }
  if (pod.spec.resources) return false;
  return !pod.spec.volumes?.some(({ name }) => template.volumes.some((volume) => volume.name === name));
}

function patchesFor(template: Template): Patches {
  const made = patches.get(template) ?? new Map<string, readonly AddOperation[]>();
  patches.set(template, made);
  return made;
}
