import { Duration, parsePortRange, Rate, Ratio } from '@podlag/core';
import fc from 'fast-check';
import { durationPattern, portsPattern, ratePattern, ratioPattern } from './quantity-schema';

const like = (pattern: string) => fc.stringMatching(new RegExp(pattern));

test('what the API server takes for a ratio, podlag takes', () => {
  fc.assert(fc.property(like(ratioPattern), (text) => void Ratio.parse(text)));
});

test('what the API server takes for a rate, podlag takes', () => {
  const isSomething = (text: string) => /[1-9]/.test(text);
  fc.assert(fc.property(like(ratePattern).filter(isSomething), (text) => void Rate.parse(text)));
});

test('what the API server takes for a duration of up to 30 days, podlag takes', () => {
  // CEL's duration() holds to the 30 days; here the digits do.
  const bounded = durationPattern.replaceAll('[0-9]+', '[0-9]{1,2}');
  fc.assert(
    fc.property(
      like(bounded).filter((text) => text.length >= 2),
      (text) => void Duration.parse(text),
    ),
  );
});

test('what the API server takes for a port, or for two in order, podlag takes', () => {
  fc.assert(
    fc.property(like(portsPattern), (text) => {
      const [first = 0, last = first] = text.split('-').map(Number);
      fc.pre(first <= last);
      expect(parsePortRange(text)).toEqual({ first, last });
    }),
  );
});

test.each([
  ['duration', durationPattern, ['1m30s', '0.5ms', '720h', '250us', '1h0.000000001s', '7ns']],
  ['ratio', ratioPattern, ['0%', '100%', '0.1%', '0.01', '1', '0.0000001%']],
  ['rate', ratePattern, ['10mbit', '1.5gbit', '512kibit', '8', '9600', '0.5mbit', '1tbit']],
  ['port', portsPattern, ['1', '65535', '20160-20180', '443']],
])('what people write as a %s is taken', (_, pattern, texts) => {
  expect(texts.filter((text) => !new RegExp(pattern).test(text))).toEqual([]);
});

test.each([
  ['duration', durationPattern, ['20', '20 ms', '30s1m', '1.5', '-1s', '0.1ns', '1d', '20MS']],
  ['ratio', ratioPattern, ['101%', '1.5', '-1%', '1 %', '', '2']],
  ['rate', ratePattern, ['10mbps', '10 mbit', '7', '2tbit', '1.5bit', '-1mbit', '10mb']],
  ['port', portsPattern, ['0', '65536', '70000', '80-', 'http', '1-65536']],
])('what is no %s is not', (_, pattern, texts) => {
  expect(texts.filter((text) => new RegExp(pattern).test(text))).toEqual([]);
});
