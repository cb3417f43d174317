import { inOneLine, warning } from './warning';

test('a short text gets the name of who says it', () => {
  expect(warning('injected')).toBe('podlag: injected');
});

test('a long text ends in dots, at 120 characters', () => {
  expect(warning('x'.repeat(112))).toBe(`podlag: ${'x'.repeat(112)}`);
  expect(warning('x'.repeat(113))).toBe(`podlag: ${'x'.repeat(109)}...`);
});

test('what a terminal might obey, or not show, is replaced', () => {
  expect(warning('a\nb\u001b[31mé')).toBe('podlag: a?b?[31m?');
});

test('several warnings in one line have the name once', () => {
  expect(inOneLine(['no sidecar', 'kubectl label ns a b=c'].map(warning))).toBe(
    'podlag: no sidecar; kubectl label ns a b=c',
  );
});
