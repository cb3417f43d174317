import { basename } from 'node:path';
import { presets } from '@podlag/api';
import { listRuns } from '@podlag/bench';
import { agentPortOf } from '@podlag/client';
import { namespaces, pods, type KubeApi } from '@podlag/kube';
import { defaultResults } from '../bench/results-folder';
import { objectKinds } from '../objects/object-kinds';

/** Where to look for names. */
export interface NameScope {
  readonly api: KubeApi;
  readonly namespace: string;
}

type Names = (scope: NameScope) => Promise<readonly string[]>;

const podNames: Names = async ({ api, namespace }) => {
  const found = await api.list(pods, { namespace });
  return found.filter((pod) => agentPortOf(pod) !== undefined).map(({ metadata }) => metadata.name);
};

const objectNames =
  ({ resource }: (typeof objectKinds)['Scenario']): Names =>
  async ({ api, namespace }) =>
    (await api.list(resource, { namespace })).map(({ metadata }) => metadata.name);

/** Who knows the values of an argument, by `command argument`: `* pod` is of any command. */
export const argumentNames: Readonly<Record<string, Names>> = {
  '* pod': podNames,
  '* src': podNames,
  '* dst': podNames,
  'fault name': objectNames(objectKinds.NetworkFault),
  'matrix name': objectNames(objectKinds.LatencyMatrix),
  'scenario name': objectNames(objectKinds.Scenario),
  '* preset': () => Promise.resolve(presets.map(({ name }) => name)),
};

/** Who knows the values of an option, by its attribute's name. */
export const optionNames: Readonly<Record<string, Names>> = {
  namespace: async ({ api }) => (await api.list(namespaces, {})).map(({ metadata }) => metadata.name),
  pod: podNames,
};

/** Runs are on this machine, and known without a cluster. @param given the line's options */
const runNames = async (given: ReadonlyMap<string, string>): Promise<readonly string[]> => {
  const runs = await listRuns(given.get('results') ?? defaultResults);
  return [...runs.map(({ folder }) => basename(folder)), ...(runs.length > 0 ? ['latest'] : [])];
};

/** As `argumentNames`, of what no cluster knows. */
export const localArgumentNames: Readonly<Record<string, typeof runNames>> = {
  'bench run': runNames,
  'bench a': runNames,
  'bench b': runNames,
};
