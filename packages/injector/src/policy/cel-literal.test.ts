import * as fc from 'fast-check';
import { Blanks } from './blanks';
import { celLiteral, celString } from './cel-literal';

// What the API server makes of such expressions is in test/policy/cel-literal.apiserver.ts.

test.each([
  ['plain', '"plain"'],
  ['"quoted" \\ and \n', String.raw`"\"quoted\" \\ and \u000a"`],
  ['é \u{1f600}', String.raw`"\u00e9 \U0001f600"`],
  ['half \ud83d of a pair', String.raw`"half \ufffd of a pair"`],
])('%j is %s', (text, cel) => expect(celString(text)).toBe(cel));

test.each([
  [0, '0'],
  [-0, '0'],
  [-7, '-7'],
  [0.5, '0.5'],
  [2 ** 53, '9007199254740992.0'],
  [1e21, '1e+21'],
  [1e-7, '1e-7'],
  [true, 'true'],
  [null, 'null'],
  [[], '[]'],
  [{}, '{}'],
  [[1, 'a'], '[dyn(1), dyn("a")]'],
  [{ a: 1, b: undefined, c: null }, '{"a": dyn(1), "c": dyn(null)}'],
])('%j is %s', (value, cel) => expect(celLiteral(value)).toBe(cel));

test('a literal is JSON but for dyn() and for long escapes, and holds the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const same: unknown = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(asJson(celLiteral(value)))).toEqual(same);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(celString(text)).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.parse(asJson(celString(text)))).toBe(text);
    }),
  );
});

test('what is too long for a line has one of each item', () => {
  const lines = celLiteral({ name: 'a'.repeat(60), more: ['b'.repeat(60)] }).split('\n');
  expect(lines).toEqual([
    '{',
    `  "name": dyn("${'a'.repeat(60)}"),`,
    `  "more": dyn([dyn("${'b'.repeat(60)}")])`,
    '}',
  ]);
});

describe('blanks', () => {
  test.each([
    ['alone', (blank: string) => blank, 'variables.x'],
    ['within a text', (blank: string) => `a "${blank}" b`, String.raw`"a \"" + variables.x + "\" b"`],
    ['at both ends', (blank: string) => `${blank}-${blank}`, 'variables.x + "-" + variables.x'],
  ])('%s', (_, text, cel) => {
    const blanks = new Blanks({});
    expect(celLiteral(text(blanks.for('variables.x')), { mark: blanks.mark })).toBe(cel);
  });

  test('a document that has the mark in it keeps its text', () => {
    const document = { text: 'a\ue000b\ue000\ue000c' };
    const blanks = new Blanks(document);
    expect(celLiteral(document, { mark: blanks.mark })).toBe(
      String.raw`{"text": dyn("a\ue000b\ue000\ue000c")}`,
    );
    expect(celLiteral([blanks.for('x')], { mark: blanks.mark })).toBe('[dyn(x)]');
  });
});

describe('alternatives', () => {
  const alternatives = (...values: readonly unknown[]) =>
    values.map((value, index) => ({ when: `c${index}`, value }));

  test('stand at the innermost field that differs', () => {
    const cel = celLiteral(
      { same: 1, deep: { same: 2, other: 3 } },
      { alternatives: alternatives({ same: 1, deep: { same: 2, other: 4 } }) },
    );
    expect(cel.replaceAll(/\s+/g, ' ')).toBe(
      '{ "same": dyn(1), "deep": dyn({ "same": dyn(2), "other": dyn(c0 ? dyn(4) : dyn(3)) }) }',
    );
  });

  test('have no say where they do not differ', () => {
    const cel = celLiteral({ a: 1, b: 2 }, { alternatives: alternatives({ a: 0, b: 2 }, { a: 1, b: 0 }) });
    expect(cel.replaceAll(/\s+/g, ' ')).toBe(
      '{ "a": dyn(c0 ? dyn(0) : dyn(1)), "b": dyn(c1 ? dyn(0) : dyn(2)) }',
    );
  });

  test('a field that only some have is null for the others', () => {
    const cel = celLiteral({ a: 1 }, { alternatives: alternatives({ b: 2 }) });
    expect(cel.replaceAll(/\s+/g, ' ')).toBe(
      '{ "a": dyn(c0 ? dyn(null) : dyn(1)), "b": dyn(c0 ? dyn(2) : dyn(null)) }',
    );
  });

  test('that are all the same are no alternatives', () => {
    expect(celLiteral({ a: [1] }, { alternatives: alternatives({ a: [1] }, { a: [1] }) })).toBe(
      '{"a": dyn([dyn(1)])}',
    );
  });
});

/** Takes dyn() away, and writes what JSON has no short escape for as it does. */
function asJson(cel: string): string {
  return cel.replaceAll(/"(?:[^"\\]|\\.)*"|dyn\(|\)/g, (token) =>
    token.startsWith('"')
      ? token.replaceAll(/\\\\|\\U([0-9a-f]{8})/g, (escape, code?: string) =>
          code === undefined ? escape : String.fromCodePoint(parseInt(code, 16)),
        )
      : '',
  );
}
