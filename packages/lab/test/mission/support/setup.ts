import { hurryDefinitions } from '../../definitions/hurried';
import { kubectl, tryKubectl } from '../../deploy/command';
import { namespace } from '../../install/installation';
import { benchNamespace } from './bench-run';
import { requireOwn } from './namespaces';
import { suite } from './suite';

/** From this minor version of Kubernetes 1 on podlag's sidecars are native ones without being told so. */
const firstMinor = 32;

/**
 * Before the first file: says which cluster it is that will be changed, and lets none be changed that is not meant or
 * not fit. @throws with what to do
 */
async function requireCluster(): Promise<void> {
  requireMeant();
  await tellWhich();
  await requireVersion();
  await requireOwn(namespace, 'shop', 'tidb-cluster', 'abcd', benchNamespace);
  await requireNoOther();
  hurryDefinitions();
}

/** A bare `jest` finds these tests, too, and the cluster that kubectl happens to be set to. */
function requireMeant(): void {
  if (suite.cluster === 'bed' || suite.cluster === 'given') return;
  throw new Error(
    'these tests install podlag in a cluster, and take it away again. Start them by ./scripts/test cluster, or on a ' +
      'cluster that you have by ./scripts/test cluster --kubeconfig FILE; all others by jest --selectProjects=unit.',
  );
}

async function tellWhich(): Promise<void> {
  const path = 'jsonpath={.contexts[0].name}, {.clusters[0].cluster.server}';
  const which = await kubectl(['config', 'view', '--minify', `--output=${path}`]);
  process.stderr.write(`The cluster: ${which}\n`);
}

async function requireVersion(): Promise<void> {
  const { serverVersion } = JSON.parse(await kubectl(['version', '--output=json'])) as {
    serverVersion: { major: string; minor: string; gitVersion: string };
  };
  // A cloud's minor version may be `32+`.
  if (Number(serverVersion.major) > 1 || parseInt(serverVersion.minor, 10) >= firstMinor) return;
  throw new Error(
    `the cluster is ${serverVersion.gitVersion}, and the suite looks for native sidecars, which podlag injects by ` +
      `default from 1.${firstMinor} on. Give it a newer cluster.`,
  );
}

/** An installation in another namespace has objects of the same names, which are the whole cluster's. */
async function requireNoOther(): Promise<void> {
  if ((await tryKubectl(['get', 'namespace', namespace])).code === 0) return;
  const webhook = 'mutatingwebhookconfiguration/podlag-injector';
  if ((await kubectl(['get', webhook, '--ignore-not-found', '--output=name'])) === '') return;
  throw new Error(
    `the cluster has podlag already (${webhook}), which this suite has not installed. Uninstall it first, as ` +
      'deploy/README.md says, or give the suite another cluster.',
  );
}

export { requireCluster as default };
