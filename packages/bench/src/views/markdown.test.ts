import { oneLine, tableBlock } from './block';
import { blocksMarkdown, plainLine, plainText } from './markdown';

test.each([
  ['a pipe ends no cell', 'a|b', 'a\\|b'],
  ['a backslash before a pipe neither', 'a\\|b', 'a\\\\\\|b'],
  ['names with underscores are as they are', 'round_trip_median', 'round_trip_median'],
  ['emphasis is none', '_a_ *b* ~~c~~', '\\_a\\_ \\*b\\* \\~\\~c\\~\\~'],
  ['HTML is none', '<img src=x>&lt;', '\\<img src=x\\>&amp;lt;'],
  ['a link is none', '[a](b) `c` $d$', '\\[a\\](b) \\`c\\` \\$d\\$'],
  ['nobody is called', '@everyone fixes #12', '@&#8203;everyone fixes #&#8203;12'],
  ['no list is begun', '- a', '\\- a'],
  ['no numbered one either', '1. a', '1\\. a'],
  ['a figure is as it is', '20.4', '20.4'],
  ['a negative one too', '-20.4', '-20.4'],
  ['a line is one line', 'a\n\n# b\r\nc', 'a #&#8203; b c'],
])('%s', (_, text, markdown) => {
  expect(plainLine(text)).toBe(markdown);
});

test('within a line nothing is a marker', () => {
  expect(plainText('-')).toBe('-');
});

test('a table has its numbers to the right, and a cell cannot make another', () => {
  const columns = [
    { heading: 'WHAT', text: ({ what }: { what: string }) => what },
    { heading: 'MS', text: () => '1.00', align: 'right' as const },
  ];
  const blocks = [{ kind: 'title', text: 'A & B' } as const, tableBlock(columns, [{ what: 'a | b' }])];
  expect(blocksMarkdown(blocks)).toBe(
    ['### A &amp; B', '', '| WHAT | MS |', '| --- | --: |', '| a \\| b | 1.00 |', ''].join('\n'),
  );
});

test.each([
  ['colours', '\u{1b}[31mred\u{1b}[0m', '[31mred [0m'],
  ['a bell and a turn of the reading direction', 'a\u{7}b\u{202e}c', 'a b c'],
  ['line ends of all kinds', 'a\r\nb\u{2028}c', 'a b c'],
  ['what is very long', 'x'.repeat(400), `${'x'.repeat(300)}...`],
])('%s of a tool are not obeyed', (_, text, line) => {
  expect(oneLine(text)).toBe(line);
});
