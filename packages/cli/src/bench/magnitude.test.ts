import { InvalidArgumentError } from 'commander';
import { magnitudeFlag } from './magnitude';

test.each([
  ['5%', undefined, { ratio: 0.05 }],
  ['2ms', undefined, { seconds: 0.002 }],
  ['250us', { ratio: 0.1 }, { ratio: 0.1, seconds: 0.00025 }],
  ['1%', { ratio: 0.1, seconds: 0.001 }, { ratio: 0.01, seconds: 0.001 }],
])('%s after %j is %j', (text, before, magnitude) => {
  expect(magnitudeFlag(text, before)).toEqual(magnitude);
});

test.each(['5', '0.05', '', '%', '-5%', '101%', 'fast', '2 parsecs'])(
  '%j is neither a share nor a time',
  (text) => {
    expect(() => magnitudeFlag(text)).toThrow(InvalidArgumentError);
  },
);
