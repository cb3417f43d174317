import fc from 'fast-check';
import { Readable } from 'node:stream';
import { paths, placements } from '../scenario/bench-scenario';
import type { Sample } from './sample';
import { parseSampleLine, sampleLine, samplesIn, type PlacedSample } from './sample-lines';
import { failedSample, sampleWith } from './testing';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const name = text.filter((word) => word !== '__proto__');
const instant = fc
  .date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const figure = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

const attempt = fc.record({
  ...{ trial: text, use: text, benchmark: text, condition: text, client: text, server: text },
  ...{ path: fc.constantFrom(...paths), placement: fc.constantFrom(...placements) },
  purpose: fc.constantFrom('sample' as const, 'alone' as const, 'company' as const),
  ...{ block: fc.nat(), round: fc.nat(), startedAt: instant, endedAt: instant },
  ...{ argv: fc.array(fc.string({ unit: 'binary' })) },
  raw: fc.record({
    ...{ stdout: fc.string({ unit: 'binary' }), stderr: fc.string({ unit: 'binary' }) },
    ...{ sha256: fc.constant('0f'.repeat(32)), truncated: fc.boolean() },
  }),
});
const problem = fc.record({ code: text, detail: fc.string(), hint: fc.string() });

const outcome = fc.oneof(
  fc.record({ status: fc.constant('ok' as const), values: fc.dictionary(name, figure) }),
  fc.record({ status: fc.constant('invalid' as const), problem, values: fc.dictionary(name, figure) }),
  fc.record({
    status: fc.constantFrom('timeout' as const, 'parse_error' as const, 'tool_error' as const),
    problem,
  }),
);

const sample: fc.Arbitrary<Sample> = fc
  .tuple(attempt, outcome)
  .map(([attempted, came]) => ({ ...sampleWith(), values: undefined, ...attempted, ...came }));

const placed = fc.array(sample, { maxLength: 4 }).map((all) => all.map((one, seq) => ({ ...one, seq })));

test('a sample is the same after it was written and read', () => {
  fc.assert(
    fc.property(sample, (one) => {
      expect(parseSampleLine(sampleLine(one), 'line')).toEqual(one);
    }),
  );
});

test('a line has one newline, at its end, whatever the tool wrote', () => {
  fc.assert(
    fc.property(sample, (one) => {
      expect(sampleLine(one).indexOf('\n')).toBe(sampleLine(one).length - 1);
    }),
  );
});

test('wherever a file breaks off, and in whatever pieces it comes, the samples whose lines are whole are there, and no others', async () => {
  await fc.assert(
    fc.asyncProperty(placed, fc.nat(), fc.integer({ min: 1, max: 5_000 }), async (samples, at, piece) => {
      const lines = samples.map(sampleLine);
      const whole = Buffer.from(lines.join(''));
      const cut = whole.subarray(0, at % (whole.length + 1));
      const ends = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index + 1).join('')));
      const expected = samples.map((sample, index) => ({ sample, end: ends[index] }));
      expect(await read(cut, piece)).toEqual(expected.filter(({ end = 0 }) => end <= cut.length));
    }),
  );
});

/** As a file comes: in pieces of so many bytes, whatever they cut in two. */
function read(bytes: Buffer, piece = 64): Promise<readonly PlacedSample[]> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, index) =>
    bytes.subarray(index * piece, (index + 1) * piece),
  );
  return Readable.from(samplesIn(Readable.from(pieces), 'samples.ndjson')).toArray();
}

const good = [0, 1, 2].map((seq) => sampleLine(sampleWith({ seq })));

test.each([
  ['rubbish', 'rubbish\n', /line 2: it is not JSON/],
  ['an empty line', '\n', /line 2: it is not JSON/],
  ['half a line that another was glued to', `${good[1]!.slice(0, 40)}${good[1]!}`, /line 2: it is not JSON/],
  [
    'a figure in a failed sample',
    `${JSON.stringify({ ...failedSample({ seq: 1 }), values: { a: 0 } })}\n`,
    /line 2: .*values/,
  ],
  [
    'a histogram that is none',
    `${JSON.stringify(sampleWith({ seq: 1, histogram: 'SElTVA==' }))}\n`,
    /line 2: histogram: not an HdrHistogram/,
  ],
  ['a line that is there twice', good[0]!, /line 2: its seq is 0, and 1 is its place/],
  ['a line too few', '', /line 2: its seq is 2, and 1 is its place/],
])('%s in the middle of a file is told by its line', async (_, line, detail) => {
  await expect(read(Buffer.from(`${good[0]!}${line}${good[2]!}`))).rejects.toMatchObject({
    ...{ code: 'invalid-run', message: expect.stringMatching(detail) },
  });
});

test.each([NaN, Infinity, -Infinity])('%d is not written', (value) => {
  expect(() => sampleLine(sampleWith({ seq: 3, values: { a: value } }))).toThrow(
    expect.objectContaining({
      code: 'invalid-run',
      message: expect.stringMatching(/^sample 3: values\.a: /),
    }),
  );
});
