import type { ParsedRamp } from '@podlag/api';
import { Duration, Ratio } from '@podlag/core';
import { linkEffects } from './link-effects';

const ms = (text: string) => Duration.parse(text);
const link = { from: 'eu', to: 'us', delay: { oneWay: ms('50ms'), jitter: ms('2ms') } };
const loss = { ratio: Ratio.parse('1%') };
const scale = (from: string, to: string): ParsedRamp => ({
  ...{ of: 'scale', from: Ratio.parse(from), to: Ratio.parse(to), steps: 2 },
});

test('half of the baseline is taken off both ends of a ramp', () => {
  expect(linkEffects(link, ms('80ms'), scale('0%', '100%'))).toMatchObject({
    effects: { delay: { time: ms('10ms') } },
    ramp: { of: 'delay', from: ms('0ms'), to: ms('10ms') },
  });
});

test('a ramp that does not come above the baseline adds nothing', () => {
  expect(linkEffects(link, ms('80ms'), scale('0%', '50%'))).toBeUndefined();
});

test('a ramp that does not come above the baseline leaves what else the link does', () => {
  expect(linkEffects({ ...link, loss }, ms('80ms'), scale('0%', '50%'))).toEqual({ effects: { loss } });
});

test('of a link without a delay a ramp moves nothing', () => {
  const without = { from: 'eu', to: 'us', loss };
  expect(linkEffects(without, undefined, scale('0%', '50%'))).toEqual({ effects: { loss } });
});
