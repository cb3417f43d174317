import { coreErrors } from './core-errors';
import { errorTable, isPodlagError } from './errors';

const table = errorTable({ 'too-slow': { status: 400, title: 'Too slow', hint: 'Hurry.' } });

test('an error answers as RFC 9457 problem, with code and hint', () => {
  expect(table.error('too-slow', 'the snail is late', { field: 'snail' }).toProblem()).toEqual({
    type: 'urn:podlag:error:too-slow',
    title: 'Too slow',
    status: 400,
    detail: 'the snail is late',
    code: 'too-slow',
    hint: 'Hurry.',
    field: 'snail',
  });
});

test('an occurrence may know a better hint than the table', () => {
  expect(table.error('too-slow', 'x', { hint: 'Take the bus.' }).toText()).toBe('x\n  hint: Take the bus.');
});

test('what a value brings along commands no terminal; lines stay lines', () => {
  const error = table.error('too-slow', 'a\u{1b}[2J\r\u{9b}b\u{202e}c\n\td', { hint: '\u{7}Hurry.' });
  expect(error.toText()).toBe('a [2J  b c\n\td\n  hint:  Hurry.');
});

test('errors are told apart by their code', () => {
  expect(isPodlagError(table.error('too-slow', 'x'), 'too-slow')).toBe(true);
  expect(isPodlagError(table.error('too-slow', 'x'), 'other')).toBe(false);
  expect(isPodlagError(new Error('x'))).toBe(false);
});

test.each(Object.entries(coreErrors.kinds))(
  '%s has a title, a hint that is a sentence, and an error status',
  (code, kind) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(kind.title).not.toMatch(/\.$/);
    expect(kind.hint).toMatch(/[.}]$/);
    expect(kind.status).toBeGreaterThanOrEqual(400);
  },
);
