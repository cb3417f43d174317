import { clusterFiles } from './cluster-folder';
import { environmentLines } from './environment-lines';
import type { FoundCluster } from './situation';
import { clusterReport, durationText, isUp, isWhole, statusText } from './status';
import { exampleState, stateWithEndedNode } from './testing';
import { welcome } from './welcome';

const files = clusterFiles();
const now = new Date('2026-11-21T11:06:10.000Z');
const found = (change: Partial<Extract<FoundCluster, { kind: 'known' }>> = {}): FoundCluster => ({
  ...{ kind: 'known', state: exampleState, starterRuns: false, supervisorRuns: true, cutLinks: [] },
  ...change,
});

test('a cluster that is up shows what it is, where, and how its nodes and servers do', () => {
  expect(statusText(found(), files, now)).toBe(`cluster     ready, for 3 h 5 min
kubernetes  v1.36.3
network     10.76.0.0/14
kubeconfig  /var/lib/podlag-cluster/kubeconfig
logs        /var/lib/podlag-cluster/logs

NODE    ADDRESS     PODS          LINK  KERNEL
node-1  10.76.0.11  10.77.1.0/24  up    runs
node-2  10.76.0.12  10.77.2.0/24  up    runs

SERVER  PID  RESTARTS
etcd     12         0
`);
});

test.each<[string, FoundCluster, string]>([
  ['there is none', { kind: 'none' }, 'No cluster is up.'],
  ['there are remains', { kind: 'unknown' }, 'What is left of a cluster'],
  ['its supervisor was killed', found({ supervisorRuns: false }), 'has ended by itself'],
  [
    'it did not come up',
    found({ state: { ...exampleState, phase: { kind: 'failed', reason: 'etcd ended', hint: '' } } }),
    'did not come up: etcd ended',
  ],
  [
    'it is starting',
    found({ state: { ...exampleState, phase: { kind: 'starting' } }, starterRuns: true }),
    'cluster     starting',
  ],
])('it is not up when %s, and the status says so', (_, cluster, text) => {
  expect(isUp(cluster)).toBe(false);
  expect(isWhole(cluster)).toBe(false);
  expect(statusText(cluster, files, now)).toContain(text);
  expect(clusterReport(cluster, files).up).toBe(false);
});

test('a cluster of which a node has ended can be spoken to, but is not whole, and says which node and why', () => {
  const cluster = found({ state: stateWithEndedNode });
  expect([isUp(cluster), isWhole(cluster)]).toEqual([true, false]);
  const text = statusText(cluster, files, now);
  expect(text).toContain(
    'cluster     without node-2, of which the kernel has ended: run `down`, then `up`\n',
  );
  expect(text).toContain('node-2  10.76.0.12  10.77.2.0/24  up    ended: The kernel ended\n');
  expect(clusterReport(cluster, files)).toMatchObject({
    up: false,
    nodes: [{ kernel: { kind: 'runs' } }, { kernel: { kind: 'ended' } }],
  });
});

test('a link that is cut is shown', () => {
  const cluster = found({ cutLinks: ['node-2'] });
  expect(isWhole(cluster)).toBe(true);
  expect(statusText(cluster, files, now)).toContain('node-2  10.76.0.12  10.77.2.0/24  cut   runs\n');
  expect(clusterReport(cluster, files)).toMatchObject({ nodes: [{ link: 'up' }, { link: 'cut' }] });
});

test('a program is told the same, and where the kubeconfig is', () => {
  expect(clusterReport(found(), files)).toMatchObject({
    up: true,
    kubeconfig: '/var/lib/podlag-cluster/kubeconfig',
    nodes: [{ name: 'node-1' }, { name: 'node-2' }],
  });
});

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h 0 min'],
])('%d ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test("what a shell evaluates puts the cluster's own kubectl in front of the user's", () => {
  expect(environmentLines(files)).toBe(
    'export KUBECONFIG=/var/lib/podlag-cluster/kubeconfig\nexport PATH="/var/lib/podlag-cluster/bin:$PATH"\n',
  );
  expect(welcome(exampleState, files)).toContain(
    '  export PATH="/var/lib/podlag-cluster/bin:$PATH"\n  kubectl apply',
  );
});
