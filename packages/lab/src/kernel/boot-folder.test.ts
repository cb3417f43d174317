import { logTail, nulTerminated } from './boot-folder';

test('strings keep their spaces, newlines and emptiness', () => {
  expect(nulTerminated(['a b', '', 'c\nd'])).toBe('a b\0\0c\nd\0');
});

test('the end of a log says what happened, not the addresses where', () => {
  const log = [
    'Kernel panic - not syncing: no init',
    ' 61083b60 60983b0b 607b940e 60bfb2e0',
    'Call Trace:',
    ' [<6003209e>] ? _printk+0x0/0x45',
    '',
  ].join('\n');
  expect(logTail(log)).toBe('Kernel panic - not syncing: no init\nCall Trace:');
});
