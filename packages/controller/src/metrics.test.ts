import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControllerMetrics } from './metrics';

test('agents and objects are told of by the one who leads alone: another would tell what it knew when it led', async () => {
  const given = { isLeading: true, agents: { settled: 2, failed: 1 } as Record<string, number> };
  const metrics = new ControllerMetrics({
    agents: () => given.agents,
    objects: () => [{ kind: 'networkfault', phase: 'Effective', count: 3 }],
    isLeading: () => given.isLeading,
    silentWatches: () => 0,
  });
  const scraped = async (): Promise<readonly string[]> =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^podlag_controller_(agents|objects|leader)/.test(line));
  expect(await scraped()).toEqual([
    'podlag_controller_agents{state="settled"} 2',
    'podlag_controller_agents{state="failed"} 1',
    'podlag_controller_objects{kind="networkfault",phase="Effective"} 3',
    'podlag_controller_leader 1',
  ]);
  given.agents = { settled: 2 };
  expect(await scraped()).toHaveLength(3);
  given.isLeading = false;
  expect(await scraped()).toEqual(['podlag_controller_leader 0']);
});

test('docs/metrics.md describes each metric of the controller, and no other', async () => {
  const documented = readFileSync(join(__dirname, '../../../docs/metrics.md'), 'utf8').match(
    /^\| `podlag_controller_[a-z_]+/gm,
  );
  const { registry } = new ControllerMetrics({
    ...{ agents: () => ({}), objects: () => [], isLeading: () => true, silentWatches: () => 0 },
  });
  const exported = (await registry.getMetricsAsJSON()).map(({ name }) => `| \`${name}`);
  expect([...(documented ?? [])].sort()).toEqual(exported.sort());
});
