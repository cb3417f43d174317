import { execFileSync } from 'node:child_process';
import { commandLine } from './command-line';

test.each([
  [['iperf3', '-c', '10.0.0.2', '-J'], 'iperf3 -c 10.0.0.2 -J'],
  [['fortio', '-H', 'X: a b', ''], `fortio -H 'X: a b' ''`],
  [['echo', "it's", '$HOME;rm'], `echo 'it'\\''s' '$HOME;rm'`],
])('%j is typed as %s', (argv, line) => {
  expect(commandLine(argv)).toBe(line);
});

test('a shell takes it apart to the same words', () => {
  const words = ["it's", '$HOME', 'a b', '*', '', '\\', '"', 'a\nb'];
  const script = commandLine(['printf', '%s\\0', ...words]);
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words);
});
