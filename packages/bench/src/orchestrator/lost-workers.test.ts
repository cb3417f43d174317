import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { newBed, startWorker } from '../../test/channel/channel-bed';
import { until } from '../../test/channel/test-benchmark';
import { LostWorkers } from './lost-workers';

// Real sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

jest.setTimeout(60_000);

/** A hub with the workers a and b, whose time is the test's; c is expected too and never comes. */
async function bed() {
  const clock = new FakeClock();
  const made = await newBed(['a', 'b', 'c'], { clock, heartbeatMs: 60_000 });
  const { hub } = made;
  const comes = async (name: string) => {
    const worker = startWorker(made, name, []);
    await until(() => hub.workers().get(name)?.connected === true);
    return worker;
  };
  await comes('a');
  let b = await comes('b');
  const lost = new LostWorkers({ hub, log: createLogger('test', 'silent') });
  const abort = new AbortController();
  return {
    ...{ clock, lost, abort },
    bIsLost: async () => {
      b.stop();
      await until(() => hub.workers().get('b')?.connected === false);
    },
    bComes: async () => void (b = await comes('b')),
    /** What a round of all three waits for; and whether it has begun. */
    begins: (mostMs = 600_000) => {
      const round = { hasBegun: false, begun: Promise.resolve() };
      round.begun = lost.back(['a', 'b', 'c'], mostMs, abort.signal).then(() => {
        round.hasBegun = true;
      });
      return round;
    },
  };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('where nobody is lost a round begins at once, also without those who never came', async () => {
  const { begins, lost } = await bed();
  const { begun } = begins();
  expect(lost.now).toEqual([]);
  await begun;
});

test('who is lost is waited for, and its round begins when it is back', async () => {
  const { begins, bIsLost, bComes, lost, clock } = await bed();
  await bIsLost();
  const round = begins();
  expect(lost.now).toEqual([expect.stringMatching(/^waiting for worker b: it/)]);
  clock.advance(29_999);
  await soon();
  expect(round.hasBegun).toBe(false);
  await bComes();
  await round.begun;
  expect(lost.now).toEqual([]);
});

test('who is not back in 30 s is waited for no more, until it has come and is lost anew', async () => {
  const { begins, bIsLost, bComes, clock } = await bed();
  await bIsLost();
  const first = begins();
  clock.advance(30_000);
  await first.begun;
  await begins().begun;
  await bComes();
  await begins().begun;
  await bIsLost();
  const last = begins();
  clock.advance(29_999);
  await soon();
  expect(last.hasBegun).toBe(false);
  clock.advance(1);
  await last.begun;
});

test('an abort ends the wait', async () => {
  const { begins, bIsLost, abort } = await bed();
  await bIsLost();
  const round = begins();
  abort.abort(new Error('no more'));
  await round.begun;
});

test('it is no longer than the time that is left, and where none is left there is none', async () => {
  const { begins, bIsLost, clock } = await bed();
  await bIsLost();
  await begins(0).begun;
  const round = begins(5_000);
  clock.advance(4_999);
  await soon();
  expect(round.hasBegun).toBe(false);
  clock.advance(1);
  await round.begun;
});
