import { annotations } from '@podlag/core';
import { readOverrides, type Overrides } from '../overrides';
import { patchFor, type AddOperation } from '../patch';
import type { Pod } from '../pod';
import { sidecarFor, type SidecarMode } from '../sidecar';
import type { Template } from '../template';
import type { TemplateContainer } from '../template-schema';
import { Blanks } from './blanks';
import { celLiteral, celString, type CelLayout } from './cel-literal';
import { resourceNames } from './override-variables';
import { volumeVariable } from './volume-variables';

/**
 * The webhook's patch as an expression of CEL. It is the webhook's own patch for a pod that has every list, with blanks
 * where names and values are the pod's to decide, and with the patches for other pods as alternatives to it: so what
 * the template says, and what patchFor makes of it, is said once.
 */
export function patchExpression(template: Template, mode: SidecarMode): string {
  const blanks = new Blanks(template);
  const blank = withBlanks(template, blanks);
  const patchOf = (circumstances: Partial<Circumstances>): readonly AddOperation[] => {
    const { pod, env, warnings } = { ...ordinary, ...circumstances };
    const overrides = { env, requests: {} };
    const probePorts = blanks.for('variables.probePorts');
    return patchFor(pod, sidecarFor(pod, blank, { overrides, probePorts, mode, warnings }));
  };
  const standard = patchOf({});
  const others = otherCircumstances(blanks).map(({ when, ...each }) => ({ when, patch: patchOf(each) }));
  const operations = standard.map(({ path, value }, index) => {
    const alternatives = others.map(({ when, patch }) => ({ when, value: patch[index]?.value }));
    return addition(path, value, { mark: blanks.mark, alternatives });
  });
  const lists = [...new Set(standard.map(({ path }) => parentOf(path)))].map(emptyListWhereNone);
  const own = standard.map(({ path }) => ownAnnotation(path, template));
  const guarded = operations.map((operation, index) => {
    const name = own[index];
    if (name === undefined) return `[${operation}]`;
    return `(${celString(name)} in variables.annotations ? [] : [${operation}])`;
  });
  return [...lists, ...guarded].join('\n+ ');
}

interface Circumstances {
  readonly pod: Pod;
  readonly env: Overrides['env'];
  readonly warnings: readonly string[];
}

const podWithLists: Pod = {
  metadata: { annotations: {} },
  spec: { initContainers: [], containers: [], volumes: [] },
};

const ordinary: Circumstances = { pod: podWithLists, env: {}, warnings: [] };

/** What makes the patch another one, the narrower before the wider. */
function otherCircumstances(blanks: Blanks): readonly ({ readonly when: string } & Partial<Circumstances>)[] {
  return [
    {
      when: 'has(object.spec.resources)',
      pod: { ...podWithLists, spec: { ...podWithLists.spec, resources: {} } },
    },
    ...environments(blanks),
    { when: 'variables.warnings != ""', warnings: [blanks.for('variables.warnings')] },
  ];
}

/**
 * Annotations that become the agent's environment, each with a value that is read and with the variable that holds what
 * was. In this order: the API server sends annotations sorted by name, and the webhook keeps to what it reads.
 */
const environmentAnnotations = [
  { annotation: annotations.exemptProbes, example: 'false', variable: 'variables.exemptProbes' },
  { annotation: annotations.interface, example: 'eth0', variable: 'variables.device' },
  { annotation: annotations.latency, example: '20ms', variable: 'variables.latency' },
] as const;

/** One for each choice of them but none, the greater choices first. */
function environments(blanks: Blanks): readonly { readonly when: string; readonly env: Overrides['env'] }[] {
  return choicesOf(environmentAnnotations)
    .filter((choice) => choice.length > 0)
    .sort((one, other) => other.length - one.length)
    .map((choice) => ({
      when: choice.map(({ variable }) => `${variable} != ""`).join(' && '),
      env: Object.assign({}, ...choice.map((one) => blankedEnv(one, blanks))) as Overrides['env'],
    }));
}

function choicesOf<T>([first, ...rest]: readonly T[]): readonly (readonly T[])[] {
  if (first === undefined) return [[]];
  const others = choicesOf(rest);
  return [...others.map((choice) => [first, ...choice]), ...others];
}

function blankedEnv(
  { annotation, example, variable }: (typeof environmentAnnotations)[number],
  blanks: Blanks,
): Overrides['env'] {
  const { env } = readOverrides({ [annotation]: example }).overrides;
  return Object.fromEntries(Object.keys(env).map((name) => [name, blanks.for(variable)]));
}

/** The template with blanks for the names of volumes and for the agent's resources. */
function withBlanks(template: Template, blanks: Blanks): Template {
  const names = new Map(
    template.volumes.map(({ name }, index) => [name, blanks.for(`variables.${volumeVariable(index)}`)]),
  );
  const renamed = <T extends { name: string }>(item: T): T => ({
    ...item,
    name: names.get(item.name) ?? item.name,
  });
  const mounted = (container: TemplateContainer): TemplateContainer => ({
    ...container,
    volumeMounts: container.volumeMounts?.map(renamed),
  });
  const agent = withBlankResources(mounted(template.agent), blanks);
  return {
    ...template,
    agent,
    containers: [agent, ...template.containers.slice(1).map(mounted)],
    initContainers: template.initContainers.map(mounted),
    volumes: template.volumes.map(renamed),
  };
}

function withBlankResources(agent: TemplateContainer, blanks: Blanks): TemplateContainer {
  const blanked = (
    quantities: Readonly<Record<string, string>> = {},
    kind: 'Request' | 'Limit',
  ): Record<string, string> => {
    const asked = resourceNames.filter((name) => Object.hasOwn(quantities, name));
    const all = asked.map((name) => [name, blanks.for(`variables.${name}${kind}`)]);
    return { ...quantities, ...(Object.fromEntries(all) as Record<string, string>) };
  };
  const { requests, limits } = agent.resources ?? {};
  return {
    ...agent,
    resources: {
      ...agent.resources,
      requests: blanked(requests, 'Request'),
      limits: blanked(limits, 'Limit'),
    },
  };
}

function addition(path: string, value: unknown, layout: CelLayout = {}): string {
  return `JSONPatch{op: "add", path: ${celString(path)}, value: ${celLiteral(value, layout)}}`;
}

/** A patch can only add to a list that is there. */
function emptyListWhereNone(list: string): string {
  const empty = list === annotationsPath ? {} : [];
  return `(has(object${list.replaceAll('/', '.')}) ? [] : [${addition(list, empty)}])`;
}

const annotationsPath = '/metadata/annotations';

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The annotation of the template that an operation sets, and which the pod's own of that name takes precedence over. */
function ownAnnotation(path: string, template: Template): string | undefined {
  if (parentOf(path) !== annotationsPath) return undefined;
  // RFC 6901, section 4.
  const name = path
    .slice(annotationsPath.length + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  return name !== annotations.status && Object.hasOwn(template.annotations, name) ? name : undefined;
}
