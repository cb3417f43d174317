import fc from 'fast-check';
import { Duration } from './duration';

const ns = (text: unknown): number => Duration.parse(text).nanoseconds;

test.each([
  ['20ms', 20_000_000, '20ms'],
  ['0.5ms', 500_000, '500us'],
  ['0.25ms', 250_000, '250us'],
  ['250us', 250_000, '250us'],
  ['1m30s', 90_000_000_000, '1m30s'],
  ['90s', 90_000_000_000, '1m30s'],
  ['1.5h', 5_400_000_000_000, '1h30m'],
  ['20.000001ms', 20_000_001, '20.000001ms'],
  ['1ns', 1, '1ns'],
  ['20', 20_000_000, '20ms'],
  [20, 20_000_000, '20ms'],
  [0.1, 100_000, '100us'],
  ['0', 0, '0ms'],
  ['0ms', 0, '0ms'],
  ['720h', 2_592_000_000_000_000, '720h'],
])('%p is read exactly and printed as short as it can be', (text, nanoseconds, printed) => {
  expect(ns(text)).toBe(nanoseconds);
  expect(Duration.parse(text).toString()).toBe(printed);
});

test.each([
  ['-5ms'],
  ['abc'],
  [''],
  [' 20ms'],
  ['1e9h'],
  ['20ms;reboot'],
  ['20ms\nqdisc del dev eth0 root'],
  ['20ms\n'],
  ['NaN'],
  ['Infinity'],
  ['٢٠ms'],
  ['20ｍs'],
  ['20 ms'],
  ['20MS'],
  ['.5ms'],
  ['5.ms'],
  ['0x14ms'],
  ['30s1m'],
  ['1s1s'],
  ['0.1ns'],
  ['721h'],
  ['9'.repeat(10_000)],
  ['9'.repeat(18) + 'h'],
  [-5],
  [NaN],
  [Infinity],
  [1e21],
  [null],
  [undefined],
  [{}],
  [['20ms']],
])('%p is refused, with the field and a good value', (input) => {
  expect(() => Duration.parse(input, 'delay.time')).toThrow(
    expect.objectContaining({
      code: 'invalid-duration',
      field: 'delay.time',
      hint: expect.stringContaining('20ms'),
    }),
  );
});

test('an error never repeats 10 kB of what it was given, nor a line break', () => {
  for (const input of ['9'.repeat(10_000), '20ms\nqdisc del dev eth0 root']) {
    try {
      Duration.parse(input);
      throw new Error('was not refused');
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(200);
      expect((error as Error).message).not.toContain('\n');
    }
  }
});

test('what is printed parses to the same value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_592_000_000_000_000 }), (nanoseconds) => {
      const duration = Duration.ofNanoseconds(nanoseconds);
      expect(Duration.parse(duration.toString()).nanoseconds).toBe(nanoseconds);
    }),
  );
});

test('any text either parses or is refused as invalid-duration, and nothing that parses holds more than digits, a point and units', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        Duration.parse(text);
        expect(text).toMatch(/^[0-9.hmsun]+$/);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-duration' });
      }
    }),
    { numRuns: 1000 },
  );
});
