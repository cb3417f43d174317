import { defaultAgentPort } from '@podlag/core';
import { injectorErrors } from './injector-errors';
import { completedAgent, completedCompanion, tokenMask } from './template-completion';
import {
  templateSchema,
  type TemplateContainer,
  type TemplateDocument,
  type TemplateVolume,
} from './template-schema';
import { readYaml, YamlProblem, type YamlFile } from './yaml-document';

/** What is added to each pod, complete: nothing is left for the pod's own settings to decide. */
export interface Template {
  /** The agent. It gets the settings that a pod's annotations ask for. */
  readonly agent: TemplateContainer;
  /** The agent and its companions, which run beside the pod's own containers. */
  readonly containers: readonly TemplateContainer[];
  /** Run before the pod's own init containers. */
  readonly initContainers: readonly TemplateContainer[];
  readonly volumes: readonly TemplateVolume[];
  /** Set where the pod has none of that name. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The TCP ports that the containers listen on. */
  readonly ports: readonly number[];
}

/**
 * Reads `sidecarconfig.yaml`: a mapping with `containers`, of which the first is the agent, and optionally
 * `initContainers`, `volumes` and `annotations`, all as in the Kubernetes API. What it does not say about security,
 * resources and the service account token is completed.
 *
 * @throws PodlagError `invalid-template`, with file, line and field
 */
export function parseTemplate(file: YamlFile): Template {
  const document = read(file);
  const [agent, ...companions] = document.containers;
  if (agent === undefined) throw new Error('the schema lets no template through that has no container');
  const completeAgent = completedAgent(agent);
  const containers = [completeAgent, ...companions.map(completedCompanion)];
  const initContainers = document.initContainers.map(completedCompanion);
  return {
    agent: completeAgent,
    containers,
    initContainers,
    volumes: withTokenMask(document.volumes, [...containers, ...initContainers]),
    annotations: document.annotations,
    ports: portsOf(containers),
  };
}

function read(file: YamlFile): TemplateDocument {
  try {
    return readYaml(file, templateSchema);
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    const occurrence = error.field === undefined ? {} : { field: error.field };
    throw injectorErrors.error('invalid-template', error.message, occurrence);
  }
}

function withTokenMask(
  volumes: readonly TemplateVolume[],
  containers: readonly TemplateContainer[],
): readonly TemplateVolume[] {
  const used = containers.some(({ volumeMounts }) =>
    volumeMounts?.some(({ name }) => name === tokenMask.name),
  );
  const declared = volumes.some(({ name }) => name === tokenMask.name);
  return used && !declared ? [...volumes, tokenMask] : volumes;
}

function portsOf(containers: readonly TemplateContainer[]): number[] {
  const declared = containers.flatMap(({ ports }) =>
    (ports ?? []).filter(({ protocol }) => (protocol ?? 'TCP') === 'TCP').map((port) => port.containerPort),
  );
  return declared.length === 0 ? [defaultAgentPort] : declared;
}
