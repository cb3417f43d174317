import { networkFaults } from '@podlag/api';
import { closeAgents, CommandLine } from '../../test/command-line';

afterEach(closeAgents);

test('each agent with what it holds and from whom, and the objects with their phases', async () => {
  const line = new CommandLine();
  const { put } = await line.pod('shop', 'db');
  await line.pod('shop', 'web');
  await put('/v1/faults/slow', { delay: { time: '20ms' }, ttl: '90s' });
  await put('/v1/plans/controller', {
    generation: 1,
    faults: [{ name: 'cut.networkfault', partition: true, ttl: '60s' }],
  });
  line.api.seed(networkFaults, {
    ...{ apiVersion: 'podlag.io/v1alpha1', kind: 'NetworkFault' },
    metadata: { namespace: 'shop', name: 'cut', creationTimestamp: new Date(line.clock.now()).toISOString() },
    spec: { selector: {} },
  });
  const { stdout, stderr, code } = await line.run('status');
  expect(stderr).toBe('');
  expect(stdout).toBe(
    [
      'AGENT  VERSION  FAULT             FROM        STATE      CHANGES',
      'db     0.1.0    slow              call        in-force  in 1m30s',
      '                cut.networkfault  controller  in-force     in 1m',
      'web    0.1.0    none',
      '',
      'KIND          NAME  PHASE    PODS  AGE',
      'NetworkFault  cut   Pending   0/0   0s',
      '',
    ].join('\n'),
  );
  expect(code).toBe(0);
  expect(await line.json('status')).toMatchObject({
    agents: [{ agent: 'db', drift: 0, faults: [{ name: 'slow', from: 'call' }, { from: 'controller' }] }, {}],
    objects: [{ name: 'cut' }],
  });
});

test('where there is no agent, the objects are shown all the same', async () => {
  const { stderr, code } = await new CommandLine().run('status');
  expect(stderr).toContain('no pod of shop has an agent');
  expect(code).toBe(0);
});
