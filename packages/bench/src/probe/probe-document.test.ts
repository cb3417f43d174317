import { LatencyHistogram } from '../record/histogram';
import { printProbeDocument, readProbeDocument, readProbeVersion, versionText } from './probe-document';
import { udpProbe } from './udp';

const histogram = new LatencyHistogram();
histogram.record(0.02);
const values = { loss: 0.1, round_trip_median: 0.02, round_trip_p99: 0.021, reordered: 0, duplicated: 0 };
const selfCheck = { eventLoopDelay: 0.001, throttled: 2, reasons: [] };
const good = printProbeDocument('udp', { values, histogram, reachedRate: 999 }, selfCheck);

const read = (stdout: string): unknown => readProbeDocument('udp', udpProbe.metrics, { stdout, stderr: '' });
const changed = (change: (document: Record<string, unknown>) => object): string =>
  JSON.stringify(change(JSON.parse(good) as Record<string, unknown>));
const withValue = (name: string, value: unknown): string =>
  changed((document) => ({ ...document, values: { ...values, [name]: value } }));
const refused = expect.objectContaining({ code: 'unreadable-output' });

describe('the document of a probe', () => {
  test('is read as it was printed', () => {
    expect(read(good)).toEqual({ values, histogram: histogram.encode(), reachedRate: 999, selfCheck });
  });

  test('may have no histogram, no rate and no throttling', () => {
    const plain = printProbeDocument('udp', { values }, { eventLoopDelay: 0, reasons: ['too late'] });
    expect(read(plain)).toEqual({ values, selfCheck: { eventLoopDelay: 0, reasons: ['too late'] } });
  });

  test.each([
    ['nothing', ''],
    ['half of it', good.slice(0, -20)],
    ['something after it', `${good}more`],
    ['two of them', good + good],
    ['another version', changed((document) => ({ ...document, podlagProbe: 2 }))],
    ['another probe', changed((document) => ({ ...document, probe: 'tcp-rr' }))],
    ['a field of no version', changed((document) => ({ ...document, mood: 'good' }))],
    ['no self-check', changed((document) => ({ ...document, selfCheck: undefined }))],
    ['a negative figure', withValue('round_trip_median', -0.02)],
    ['a figure that is null, as JSON has NaN', withValue('round_trip_median', null)],
    ['a figure in words', withValue('round_trip_median', '0.02')],
    ['a figure beyond all numbers', good.replace('"loss":0.1', '"loss":1e999')],
    ['a figure of another probe', withValue('transactions', 5)],
    ['a share above the whole', withValue('loss', 1.1)],
    ['a histogram that is none', changed((document) => ({ ...document, histogram: 'AAAA' }))],
    [
      'an empty histogram',
      changed((document) => ({ ...document, histogram: new LatencyHistogram().encode() })),
    ],
  ])('with %s is refused', (_, text) => {
    expect(() => read(text)).toThrow(refused);
  });

  test.each(Object.keys(values))('without %s is refused', (name) => {
    expect(() => read(withValue(name, undefined))).toThrow(refused);
  });
});

describe('the version of a probe', () => {
  test('is the one that it prints', () =>
    expect(readProbeVersion({ stdout: versionText, stderr: '' })).toBe('1'));

  test.each([[''], ['podlag-probe'], ['podlag-probe 1'], ['iperf 3.18\n']])('is not in %p', (stdout) => {
    expect(() => readProbeVersion({ stdout, stderr: '' })).toThrow(refused);
  });
});
