import { deployments } from '@podlag/kube';
import { closeAgents, CommandLine } from '../../test/command-line';

afterEach(closeAgents);

test('of this program, the cluster, the agents, and the images of podlag’s namespace', async () => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  await line.pod('shop', 'db');
  line.api.seed(deployments, {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
    metadata: { namespace: 'podlag-system', name: 'podlag-controller' },
    spec: { template: { spec: { containers: [{ name: 'controller', image: 'podlag-controller:0.1.0' }] } } },
  });
  expect(await line.json('version')).toEqual({
    client: { version: '0.1.0', node: process.version },
    kubernetes: 'v1.36',
    images: { 'podlag-controller': 'podlag-controller:0.1.0' },
    agents: [{ version: '0.1.0', count: 2 }],
  });
  expect((await line.run('version')).stdout).toContain('agents      0.1.0 (2)\n');
});

test('without a cluster it is its own, and that is no failure', async () => {
  const line = new CommandLine();
  line.api.startOutage();
  const { code, stdout, stderr } = await line.run('version');
  expect(stdout).toMatch(/^podlag {6}0\.1\.0 \(Node v/);
  expect(stderr).toContain('hint: ');
  expect(code).toBe(0);
});
