import { portOfReadyLine } from './injector-process';

test.each([
  ['{"level":"info","component":"injector","port":8443,"msg":"listening"}', 8443],
  ['{"level":"info","msg":"certificate loaded","port":1}', undefined],
  ['{"msg":"listening"}', undefined],
  ['Warning: something', undefined],
])('%s says %p', (line, port) => {
  expect(portOfReadyLine(line)).toBe(port);
});
