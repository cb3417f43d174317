import { listensIn } from './task-listening';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const rest = '00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0';

test.each<[string, string, boolean]>([
  ['that listens on all of IPv4', `   0: 00000000:1451 00000000:0000 0A ${rest}`, true],
  ['that listens on one address', `  17: 0100007F:1451 00000000:0000 0A ${rest}`, true],
  ['that listens on IPv6', `   1: ${'0'.repeat(32)}:1451 ${'0'.repeat(32)}:0000 0A ${rest}`, true],
  ['of a connection', `   0: 0100007F:1451 0100007F:D431 01 ${rest}`, false],
  ['in TIME_WAIT', `   0: 0100007F:1451 0100007F:D431 06 ${rest}`, false],
  ['to which a client connects', `   0: 0100007F:D431 0100007F:1451 0A ${rest}`, false],
  ['with another port', `   0: 00000000:1452 00000000:0000 0A ${rest}`, false],
])('a socket %s', (_, line, expected) => {
  expect(listensIn(`${head}\n${line}\n`, 5201)).toBe(expected);
});

test('nobody listens in an empty table, nor in none', () => {
  expect(listensIn(`${head}\n`, 5201)).toBe(false);
  expect(listensIn('', 5201)).toBe(false);
});
