import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestAgent, type TestAgent } from './testing';

let agent: TestAgent;
beforeEach(async () => (agent = await startTestAgent()));
afterEach(() => agent.agent.close());

const scrape = async (): Promise<string> => String((await agent.call('/metrics')).body);

test('a scrape tells the delay as the kernel shows it, and each change by its result', async () => {
  await agent.call('/latency/20ms');
  await agent.put('/v1/faults/short', { loss: { ratio: '1%' }, ttl: '1s' });
  const text = await scrape();
  expect(text).toContain('podlag_agent_netem_delay_seconds{device="eth0",direction="egress"} 0.02');
  expect(text).toContain('podlag_agent_apply_total{result="ok"} 3');
  expect(text).toContain('podlag_agent_apply_duration_seconds_count 3');
  expect(text).toContain('podlag_agent_faults 2');
  expect(text).toContain('podlag_agent_drift 0');
  agent.clock.advance(1000);
  await agent.call('/latency');
  expect(await scrape()).toContain('podlag_agent_expired_faults_total 1');
});

test('docs/metrics.md describes each metric of the agent, and no other', async () => {
  const documented = readFileSync(join(__dirname, '../../../docs/metrics.md'), 'utf8').match(
    /podlag_agent_[a-z_]+/g,
  );
  const exported = (await scrape()).match(/^# TYPE (podlag_agent_\w+)/gm)!.map((line) => line.split(' ')[2]);
  expect([...new Set(documented)].sort()).toEqual(exported.sort());
});
