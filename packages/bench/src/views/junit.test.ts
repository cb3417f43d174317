import fc from 'fast-check';
import { runWith, sampleWith } from '../record/testing';
import { junitOf } from './junit';
import { comparisonRow, comparisonWith } from './testing/rows';
import { readXml } from './testing/xml-reader';
import { xmlDocument, type XmlElement } from './xml';

/** Characters that XML 1.0 can hold, above all those that mean something in it. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('<', '>', '&', '"', "'", '\t', '\n', '\r', ']', '-', ';', ' '),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
});
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const attributes = fc.dictionary(name, text);
const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc.oneof(
    fc.record({ name, attributes, text: text.filter((said) => said !== '') }),
    fc.record({ name, attributes, children: fc.array(tie('tree'), { maxLength: 3 }) }),
  ),
}));

test('a document is read back as it was, whatever its texts hold', () => {
  fc.assert(
    fc.property(tree, (element) => {
      const { children = [], ...rest } = element;
      const normal = (one: XmlElement): XmlElement => ({
        ...one,
        children: (one.children ?? []).map(normal),
      });
      expect(readXml(xmlDocument(element))).toEqual(normal({ ...rest, children }));
    }),
  );
});

test('what XML cannot say in any way is replaced', () => {
  const said = 'a\u{0}b\u{1b}[31m\u{d800}c\u{fffe}\u{1f600}';
  expect(readXml(xmlDocument({ name: 'a', attributes: { b: said }, text: said }))).toMatchObject({
    attributes: { b: 'a\u{fffd}b\u{fffd}[31m\u{fffd}c\u{fffd}\u{1f600}' },
    text: 'a\u{fffd}b\u{fffd}[31m\u{fffd}c\u{fffd}\u{1f600}',
  });
});

const problem = { code: 'tool-failed', detail: 'exit 1: <"&', hint: 'Look.' };
const raw = { ...sampleWith().raw, stderr: 'no route\u{1b}[0m' };

test('a run is a suite for each use and a case for each sample; what failed says why', () => {
  const run = runWith([
    {},
    { status: 'timeout' },
    { status: 'tool_error', problem, raw },
    { status: 'parse_error', problem },
    { status: 'invalid', problem, purpose: 'alone' },
  ]);
  const suites = readXml(junitOf(run));
  expect(suites).toMatchObject({
    name: 'testsuites',
    attributes: {
      name: run.manifest.run,
      tests: '5',
      failures: '2',
      errors: '2',
      skipped: '0',
      time: '57.500',
    },
  });
  const [suite] = suites.children!;
  expect(suite).toMatchObject({
    name: 'testsuite',
    attributes: { name: 'netperf-tcp-rr', tests: '5', timestamp: '2026-01-02T03:04:05.000Z' },
  });
  const cases = suite!.children!;
  expect(cases.map(({ children }) => children?.map((child) => child.name))).toEqual([
    [],
    ['failure'],
    ['error'],
    ['error'],
    ['failure'],
  ]);
  expect(cases[0]?.attributes).toEqual({
    name: '0: pod, other-node, none, pw-0 -> pw-1',
    classname: `${run.manifest.run}.netperf-tcp-rr`,
    time: '11.500',
  });
  expect(cases[2]?.children?.[0]).toMatchObject({
    attributes: { type: 'tool-failed', message: 'tool_error: exit 1: <"&' },
    text: 'Look.\nno route\u{fffd}[0m',
  });
  expect(cases[4]?.attributes.name).toMatch(/, alone$/);
});

test('of a comparison, worse is a failure, and what is inconclusive is skipped with its reason', () => {
  const rows = (['worse', 'better', 'same', 'inconclusive'] as const).map((verdict) =>
    comparisonRow({ verdict, why: `it is ${verdict}` }),
  );
  const suites = readXml(junitOf(comparisonWith(rows)));
  expect(suites.attributes).toMatchObject({
    name: 'before | after',
    tests: '4',
    failures: '1',
    skipped: '1',
  });
  expect(suites.children?.[0]?.children?.map(({ children }) => children?.[0])).toEqual([
    { name: 'failure', attributes: { message: 'it is worse', type: 'worse' }, children: [] },
    undefined,
    undefined,
    { name: 'skipped', attributes: { message: 'it is inconclusive' }, children: [] },
  ]);
});

test('each pair of a comparison is a case with its own name', () => {
  const rows = ['pw-1', 'pw-2'].map((server) => comparisonRow({ client: 'pw-0', server, pairs: 1 }));
  const [suite] = readXml(junitOf(comparisonWith(rows))).children!;
  expect(suite?.children?.map(({ attributes }) => attributes.name)).toEqual(
    ['pw-1', 'pw-2'].map(
      (server) => `netperf-tcp-rr round_trip_median, pod, other-node, none, pw-0 -> ${server}`,
    ),
  );
});

test('a clock that was set back makes no negative time', () => {
  const run = runWith([{ endedAt: '2026-01-02T03:04:00.000Z' }]);
  expect(readXml(junitOf(run)).attributes.time).toBe('0.000');
});
