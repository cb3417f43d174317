import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import type { Applied, QdiscTree } from '@podlag/netem';
import { laterStages, type StagedChangeParts } from './staged-change';

const tree = (device: string): QdiscTree => ({
  device,
  exemptions: [],
  egress: undefined,
  ingress: undefined,
});
const [one, two, three] = [tree('one'), tree('two'), tree('three')];
const steps = [
  { tree: one, holdMs: 100 },
  { tree: two, holdMs: 50 },
  { tree: three, holdMs: 0 },
];

async function passing(clock: FakeClock, ms: number): Promise<void> {
  clock.advance(ms);
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function bed(enter: StagedChangeParts['enter']): {
  clock: FakeClock;
  parts: StagedChangeParts;
  ending: AbortController;
} {
  const clock = new FakeClock();
  const ending = new AbortController();
  const { signal } = ending;
  return { clock, ending, parts: { clock, logger: createLogger('agent', 'silent'), enter, signal } };
}

test('each stage is held for its time, and the next knows which one it follows', async () => {
  const entered: string[] = [];
  const { clock, parts } = bed((next, from) => {
    entered.push(`${from.device} to ${next.device}`);
    return Promise.resolve({ commands: [next.device] } as unknown as Applied);
  });
  const done = laterStages(steps, parts);
  await passing(clock, 99);
  expect(entered).toEqual([]);
  await passing(clock, 1);
  expect(entered).toEqual(['one to two']);
  await passing(clock, 50);
  expect((await done).map(({ commands }) => commands)).toEqual([['two'], ['three']]);
});

test('another change in between ends it', async () => {
  const { clock, parts } = bed(() => Promise.resolve(undefined));
  const done = laterStages(steps, parts);
  await passing(clock, 100);
  expect(await done).toEqual([]);
});

test('a stage that the kernel refuses is tried again', async () => {
  let tries = 0;
  const { clock, parts } = bed(() => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error('busy')) : Promise.resolve({} as Applied);
  });
  const done = laterStages(steps.slice(1), parts);
  await passing(clock, 50);
  await passing(clock, 1_000);
  expect(await done).toHaveLength(1);
  expect(tries).toBe(2);
});

test.each([
  ['while a stage is held', () => Promise.resolve({} as Applied)],
  ['while a stage is tried again', () => Promise.reject(new Error('busy'))],
])('who waits is told when the agent ends %s', async (_, enter) => {
  const { clock, parts, ending } = bed(enter);
  const done = laterStages(steps, parts);
  await passing(clock, 100);
  ending.abort();
  await expect(done).rejects.toMatchObject({ code: 'stopping', kind: { status: 503 } });
  expect(clock.nextAt).toBeUndefined();
  await expect(laterStages(steps, parts)).rejects.toMatchObject({ code: 'stopping' });
});

test('a change of one stage has no later ones', async () => {
  const { parts } = bed(() => Promise.reject(new Error('not to be called')));
  expect(await laterStages(steps.slice(2), parts)).toEqual([]);
});
