import fc from 'fast-check';
import { runWith } from '../record/testing';
import { csvOf } from './csv';

/** RFC 4180, section 2, and nothing besides: throws where a strict reader would. */
function records(text: string): string[][] {
  const found: string[][] = [];
  let rest = text;
  while (rest !== '') {
    const record: string[] = [];
    for (let end = ','; end === ',';) {
      const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
      if (match === null) throw new Error(`not RFC 4180: ${rest}`);
      const [whole, quoted, plain = '', ending = ''] = match;
      record.push(quoted?.replaceAll('""', '"') ?? plain);
      rest = rest.slice(whole.length);
      end = ending;
    }
    found.push(record);
  }
  return found;
}

const column = (rows: readonly string[][], name: string): (string | undefined)[] =>
  rows.slice(1).map((row) => row[rows[0]!.indexOf(name)]);

test('each figure of each sample has a line, in SI units; a sample without one has a line without', () => {
  const rows = records(csvOf(runWith([{}, { status: 'timeout' }])));
  expect(column(rows, 'seq')).toEqual(['0', '0', '1']);
  expect(column(rows, 'metric')).toEqual(['round_trip_median', 'transactions', '']);
  expect(column(rows, 'unit')).toEqual(['s', '1/s', '']);
  expect(column(rows, 'value')).toEqual(['0.000204', '4900', '']);
  expect(column(rows, 'status')).toEqual(['ok', 'ok', 'timeout']);
  expect(column(rows, 'problem')).toEqual(['', '', 'tool-timeout']);
});

test('a run without samples is its header', () => {
  expect(records(csvOf(runWith([])))).toHaveLength(1);
});

test('whatever a name holds, a reader gets it back, in its own field', () => {
  const unit = fc.oneof(
    fc.constantFrom('"', ',', '\r', '\n', ' '),
    fc.string({ unit: 'binary', maxLength: 1 }),
  );
  const name = fc.string({ unit, minLength: 1 }).filter((text) => text !== '');
  fc.assert(
    fc.property(name, name, (use, client) => {
      const rows = records(csvOf(runWith([{ use, client }])));
      expect(column(rows, 'use')).toEqual([use, use]);
      expect(column(rows, 'client')).toEqual([client, client]);
      expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
    }),
  );
});
