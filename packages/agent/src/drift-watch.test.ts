import { createLogger } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import type { DeviceReading } from './device-reading';
import { DriftWatch, type DriftSettings } from './drift-watch';

const asAsked = { observed: {}, differences: [], isNew: false, cautions: [] } as unknown as DeviceReading;
const delayed = { ...asAsked, differences: [{ what: 'delay.time', asked: '20ms', observed: '0.1s' }] };
const lost = { ...asAsked, differences: [{ what: 'loss', asked: '1%', observed: 'none' }] };
const missing = {
  observed: undefined,
  differences: [{ what: 'device', asked: 'eth0', observed: 'missing' }],
  isNew: false,
  cautions: [],
};

/** What the kernel shows, look by look. */
class Bed {
  readonly clock = new FakeClock();
  repairs = 0;
  drifts = 0;
  looks = 0;
  nextMoment: number | undefined;
  reading: DeviceReading | undefined = asAsked;
  failure: Error | undefined;
  readonly watch: DriftWatch;

  constructor(settings: Partial<DriftSettings> = {}) {
    this.watch = new DriftWatch({
      settings: { everyMs: 4_000, repair: true, ...settings },
      clock: this.clock,
      logger: createLogger('agent', 'silent'),
      look: () => {
        this.looks += 1;
        return Promise.resolve(this.reading);
      },
      repair: () => {
        this.repairs += 1;
        return this.failure ? Promise.reject(this.failure) : Promise.resolve();
      },
      drifted: () => (this.drifts += 1),
      nextMoment: () => this.nextMoment,
    });
    this.watch.start();
  }

  async look(reading: DeviceReading | undefined): Promise<void> {
    this.reading = reading;
    const { looks } = this;
    this.clock.advance(4_000);
    while (this.looks === looks || this.clock.nextAt === undefined) await Promise.resolve();
  }
}

test('what is as asked is left alone, and looked at again', async () => {
  const bed = new Bed();
  await bed.look(asAsked);
  await bed.look(undefined);
  expect([bed.looks, bed.drifts, bed.repairs]).toEqual([2, 0, 0]);
});

test('a look that would be in the way of a moment is put off until after it, but not for ever', async () => {
  const bed = new Bed();
  bed.nextMoment = bed.clock.now() + 4_200;
  bed.clock.advance(4_000);
  bed.clock.advance(249);
  expect(bed.looks).toBe(0);
  bed.nextMoment = bed.clock.now() + 100;
  bed.clock.advance(1);
  expect(bed.looks).toBe(1);
  while (bed.clock.nextAt === undefined) await Promise.resolve();
  bed.nextMoment = bed.clock.now() + 4_301;
  bed.clock.advance(4_000);
  expect(bed.looks).toBe(2);
});

test('drift is counted and repaired; when it comes again, again', async () => {
  const bed = new Bed();
  await bed.look(delayed);
  await bed.look(delayed);
  expect([bed.drifts, bed.repairs]).toEqual([2, 2]);
});

test('drift that is only reported is counted once for each change of it', async () => {
  const bed = new Bed({ repair: false });
  for (const reading of [delayed, delayed, lost, asAsked, lost]) await bed.look(reading);
  expect([bed.drifts, bed.repairs]).toEqual([3, 0]);
});

test.each([true, false])('a device that comes back is shaped again, with repair %s', async (repair) => {
  const bed = new Bed({ repair });
  for (const reading of [missing, missing, delayed]) await bed.look(reading);
  expect([bed.drifts, bed.repairs]).toEqual([2, 1]);
});

test.each([true, false])('a device made anew between two looks is shaped, with repair %s', async (repair) => {
  const bed = new Bed({ repair });
  await bed.look(asAsked);
  bed.failure = new Error('busy');
  await bed.look({ ...lost, isNew: true });
  bed.failure = undefined;
  await bed.look({ ...lost, isNew: true });
  await bed.look(asAsked);
  expect(bed.repairs).toBe(2);
});

test('a repair that fails is tried again at the next look', async () => {
  const bed = new Bed();
  bed.failure = new Error('busy');
  await bed.look(delayed);
  await bed.look(delayed);
  expect([bed.drifts, bed.repairs]).toEqual([1, 2]);
});

test('a device that is back is tried until it is shaped, though drift is left otherwise', async () => {
  const bed = new Bed({ repair: false });
  await bed.look(missing);
  bed.failure = new Error('busy');
  await bed.look(delayed);
  bed.failure = undefined;
  await bed.look(delayed);
  await bed.look(lost);
  expect(bed.repairs).toBe(2);
});

test('an interval of 0 is never', () => {
  expect(new Bed({ everyMs: 0 }).clock.nextAt).toBeUndefined();
});
