import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import { LatencyHistogram } from './histogram';
import type { Manifest } from './manifest';
import { manifestSchema } from './manifest-schema';
import type { Sample } from './sample';
import { sampleSchema } from './sample-schema';
import { schemaFiles, schemaFolder } from './schema-files';
import { failedSample, manifestWith, sampleWith } from './testing';

const root = join(__dirname, '../../../..');

/** Compiles only while the schema knows every field that the type has. */
type Same<One, Other> = Required<One> extends Required<Other> ? true : never;
const everyFieldIsKnown: [
  Same<Pick<Sample, keyof z.output<typeof sampleSchema>>, Pick<Sample, keyof z.output<typeof sampleSchema>>>,
  keyof Manifest extends keyof z.output<typeof manifestSchema> ? true : never,
] = [true, true];

const histogram = new LatencyHistogram().encode();
const check = { eventLoopDelay: 0.001, throttled: 3, reachedRate: 0.99, reasons: ['throttled 3 times'] };
const problem = { code: 'invalid-measurement', detail: 'd', hint: 'h' };

test.each<[string, unknown]>([
  ['a good sample', sampleWith()],
  ['a good sample with all that it can have', sampleWith({ histogram, selfCheck: check })],
  [
    'one that is not believed, with its figures',
    sampleWith({ status: 'invalid', problem, selfCheck: check }),
  ],
  ['one that is not believed, without', failedSample({ status: 'invalid', problem })],
  ['one that took too long', failedSample()],
  [
    'one that was not understood, though the tool ended well',
    failedSample({ status: 'parse_error', exitCode: 0 }),
  ],
  [
    'one whose worker was lost before a tool ran',
    failedSample({ status: 'tool_error', argv: [], timeoutSeconds: undefined }),
  ],
])('%s is a sample', (_, sample) => {
  expect(everyFieldIsKnown).toEqual([true, true]);
  expect(sampleSchema.parse(sample)).toEqual(sample);
});

const values = { round_trip_median: 0.1 };

test.each<[string, unknown]>([
  ['a figure in one that took too long', failedSample({ values })],
  ['a figure in one that was not understood', failedSample({ status: 'parse_error', values })],
  ['a figure in one whose tool failed', failedSample({ status: 'tool_error', values })],
  ['even no figures in one that failed', failedSample({ values: {} })],
  ['a histogram in one that failed', failedSample({ histogram })],
  ['a histogram that is none', sampleWith({ histogram: 'SElTVA==' })],
  ['a failure without its reason', { ...failedSample(), problem: undefined }],
  ['a good one with a problem', sampleWith({ problem })],
  ['a good one without figures', { ...sampleWith(), values: undefined }],
  ['not a number', sampleWith({ values: { a: NaN } })],
  ['an infinite figure', sampleWith({ values: { a: Infinity } })],
  ['null, as JSON writes those two', { ...sampleWith(), values: { a: null } }],
  ['a negative figure', sampleWith({ values: { a: -1 } })],
  ['a figure as text', { ...sampleWith(), values: { a: '1' } }],
  ['a status of its own', { ...failedSample(), status: 'failed' }],
  ['a field that is not known', { ...sampleWith(), value: 1 }],
  ['a time without milliseconds', sampleWith({ startedAt: '2026-01-02T03:04:05Z' })],
  ['a time of another zone', sampleWith({ startedAt: '2026-01-02T03:04:05.000+01:00' })],
  ['more output than is kept', sampleWith({ raw: { ...sampleWith().raw, stdout: 'x'.repeat(65_537) } })],
  ['a hash that is none', sampleWith({ raw: { ...sampleWith().raw, sha256: 'AB'.repeat(32) } })],
  ['a negative place', sampleWith({ seq: -1 })],
  ['a path that is not known', { ...sampleWith(), path: 'mesh' }],
])('%s is refused', (_, sample) => {
  expect(sampleSchema.safeParse(sample).success).toBe(false);
});

test.each<[string, unknown]>([
  ['a manifest of another version', { ...manifestWith(), version: 2 }],
  ['a run whose name is no DNS label', manifestWith({ run: '../elsewhere' })],
  ['half a sample', manifestWith({ samples: 0.5 })],
  ['an asked delay that is infinite', manifestWith({ asked: { slow: { addedRoundTrip: Infinity } } })],
  ['a use that measures nothing', manifestWith({ uses: [{ name: 'a', benchmark: 'a', metrics: [] }] })],
  ['a field that is not known', { ...manifestWith(), host: 'a' }],
])('%s is refused', (_, manifest) => {
  expect(manifestSchema.safeParse(manifest).success).toBe(false);
});

test('a worker without a zone has none after it was written and read', () => {
  const [worker] = manifestWith().workers;
  const manifest = manifestWith({ workers: [{ ...worker!, zone: undefined }] });
  expect(manifestSchema.parse(JSON.parse(JSON.stringify(manifest)))).toStrictEqual(
    manifestSchema.parse(manifest),
  );
});

test.each([...schemaFiles().keys()])('docs/api/%s is up to date; if not: pnpm generate', (name) => {
  const written: unknown = JSON.parse(readFileSync(join(root, schemaFolder, name), 'utf8'));
  expect(written).toEqual(JSON.parse(schemaFiles().get(name) ?? ''));
});

test('the published schema has no place for a figure in a failed sample', () => {
  const { oneOf } = JSON.parse(schemaFiles().get('bench-sample.schema.json') ?? '') as {
    oneOf: { properties: Record<string, { enum?: string[] }>; additionalProperties: boolean }[];
  };
  const failed = oneOf.find(({ properties }) => properties.status?.enum?.includes('timeout'));
  expect(failed).toMatchObject({ additionalProperties: false });
  expect(Object.keys(failed!.properties)).not.toContain('values');
  expect(Object.keys(failed!.properties)).not.toContain('histogram');
});
