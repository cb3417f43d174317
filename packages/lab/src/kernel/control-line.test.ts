import { parseInitMessage, starterMessages } from './control-line';

test.each([
  ['ready', { kind: 'ready' }],
  ['exit 0', { kind: 'exit', code: 0 }],
  ['exit 137\r', { kind: 'exit', code: 137 }],
  ['failed no folder /x: it is gone', { kind: 'failed', reason: 'no folder /x: it is gone' }],
  ['exit', undefined],
  ['exit 12345', undefined],
  ['signal TERM', undefined],
  ['', undefined],
])('the init script says %p', (line, message) => {
  expect(parseInitMessage(line)).toEqual(message);
});

test('each message to the init script is one line', () => {
  expect([starterMessages.terminate, starterMessages.size(24, 80)]).toEqual([
    'signal TERM\n',
    'size 24 80\n',
  ]);
});
