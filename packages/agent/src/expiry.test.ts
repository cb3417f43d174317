import { createLogger, parseFault } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { agentErrors } from './agent-errors';
import { Expiry } from './expiry';
import { hold, setOf } from './fault-set';

class Bed {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  tries = 0;
  gone = 0;
  answer: () => Promise<readonly string[]> = () => Promise.resolve(['short']);
  readonly expiry = new Expiry({
    clock: this.clock,
    logger: createLogger('agent', 'warn', { write: (line: string) => void this.log.push(line) }),
    expire: () => {
      this.tries += 1;
      return this.answer();
    },
    expired: (faults) => (this.gone += faults),
  });

  constructor() {
    const short = parseFault({ delay: { time: '5ms' }, ttl: '30s' }, 'short');
    this.expiry.watch(setOf([hold(short, this.clock.now())]));
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.clock.advance(1_000);
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    }
  }
}

test('a fault expires when its time has come, once', async () => {
  const bed = new Bed();
  await bed.pass(29);
  expect(bed.tries).toBe(0);
  await bed.pass(60);
  expect([bed.tries, bed.gone]).toEqual([1, 1]);
});

test('what goes on failing is tried ever less often, and logged once, until it succeeds', async () => {
  const bed = new Bed();
  const { answer } = bed;
  bed.answer = () => Promise.reject(new Error('busy'));
  await bed.pass(330);
  expect(bed.tries).toBeGreaterThan(5);
  expect(bed.tries).toBeLessThan(30);
  expect(bed.log).toHaveLength(1);
  bed.answer = answer;
  await bed.pass(31);
  expect(bed.gone).toBe(1);
});

test('an expiry that the end of the agent cuts short is neither an error nor tried again', async () => {
  const bed = new Bed();
  bed.answer = () => Promise.reject(agentErrors.error('stopping', 'the agent ended'));
  await bed.pass(60);
  expect(bed.tries).toBe(1);
  expect(bed.log).toEqual([]);
});
