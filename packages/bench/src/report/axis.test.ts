import * as fc from 'fast-check';
import { changeAxis, elapsedAxis, valueAxis } from './axis';

const side = { from: 200, to: 0 };
const labelsOf = ({ ticks }: { readonly ticks: readonly { readonly label: string }[] }) =>
  ticks.map(({ label }) => label);

test.each([
  [
    'values of about the same size have round figures',
    [0.000_19, 0.000_213],
    ['190', '195', '200', '205', '210'],
    'us',
  ],
  ['one value has figures around it', [0.02], ['19.0', '19.5', '20.0', '20.5', '21.0'], 'ms'],
  ['no value has an axis all the same', [], ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'], 's'],
  ['very different values have one by powers of ten', [0.0002, 0.0204], ['0.3', '1', '3', '10'], 'ms'],
])('%s', (_, values, labels, unit) => {
  const axis = valueAxis(values, 's', side);
  expect(labelsOf(axis)).toEqual(labels);
  expect(axis.unit).toBe(unit);
});

test.each([
  [90, 's', '80'],
  [1500, 'min', '25'],
  [4 * 3600, 'h', '4'],
])('%d s since the run began are told in %s', (seconds, unit, last) => {
  const axis = elapsedAxis(seconds, side);
  expect(axis.unit).toBe(unit);
  expect(labelsOf(axis).at(-1)).toBe(last);
});

test('an axis of changes has as much room above none as below, and figures that do not run into each other', () => {
  const axis = changeAxis(12, { from: 0, to: 400 });
  expect(labelsOf(axis)).toEqual(['-500 %', '-100 %', '-20 %', '0 %', '+20 %', '+100 %', '+500 %']);
  expect(axis.at(0)).toBe(200);
  expect(axis.at(1) - 200).toBeCloseTo(200 - axis.at(-1), 9);
});

test('all values and all ticks are within the drawing, the greater the nearer to its end', () => {
  const values = fc.array(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(values, fc.constantFrom('s' as const, 'B/s' as const, '1/s' as const), (all, unit) => {
      const axis = valueAxis(all, unit, side);
      const places = all.toSorted((one, other) => one - other).map(axis.at);
      expect(places).toEqual(places.toSorted((one, other) => other - one));
      expect(axis.ticks.length).toBeLessThan(14);
      for (const at of [...places, ...axis.ticks.map((tick) => tick.at)]) {
        expect(at).toBeGreaterThanOrEqual(-1e-9);
        expect(at).toBeLessThanOrEqual(200 + 1e-9);
      }
    }),
  );
});
