import { constants } from 'node:os';
import type { FilterPlace, Operation } from '../kernel/operation';
import { tcLine } from '../tc/words';
import { explainErrno, explainMissingDevice, isAmbiguous } from './netlink-failure';

const { EPERM, ENOENT, ENODEV, EEXIST, EOPNOTSUPP } = constants.errno;

const htb: Operation = {
  ...{ kind: 'qdisc', verb: 'add', device: 'eth0', parent: 'root', handle: '1:' },
  spec: { kind: 'htb', defaultMinor: 1, directQueueLength: undefined },
};
// Only the kind of the leaf counts here.
const netem = { ...htb, spec: { kind: 'netem' } } as unknown as Operation;
const place: FilterPlace = { device: 'eth0', parent: '1:', pref: 10, protocol: 'all' };
const table: Operation = { kind: 'table', verb: 'add', ...place, table: 1, divisor: 256 };
const removal: Operation = { kind: 'table', verb: 'delete', ...place, table: 1, divisor: undefined };
const ifb: Operation = { kind: 'link', verb: 'add', device: 'plg-eth0' };

test.each([
  ['may not be done', { operation: htb, errno: EPERM, there: true }, 'no-permission', 'NET_ADMIN'],
  ['has no device', { operation: htb, errno: ENODEV, there: true }, 'device-missing', 'PODLAG_DEVICE'],
  [
    'is of a kind that the kernel has not',
    { operation: htb, errno: ENOENT, there: true },
    'kernel-lacks',
    'sch_htb',
  ],
  [
    'needs a classifier that the kernel has not',
    { operation: table, errno: ENOENT, there: true },
    'kernel-lacks',
    'cls_u32',
  ],
  [
    'is a link of a kind that the kernel has not',
    { operation: ifb, errno: EOPNOTSUPP, there: true },
    'kernel-lacks',
    'modprobe',
  ],
  ['has lost what it hangs on', { operation: table, errno: ENOENT, there: false }, 'tc-failed', 'report'],
  ['is of something that is gone', { operation: removal, errno: ENOENT, there: true }, 'tc-failed', 'report'],
  ['is there already', { operation: htb, errno: EEXIST, there: true }, 'tc-failed', 'report'],
] as const)('an operation that %s', (_, { operation, errno, there }, code, hint) => {
  const error = explainErrno(operation, errno, there);
  expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) });
  expect(error.detail).toContain(tcLine(operation));
});

test('a kernel without netem is told apart from one without another qdisc', () => {
  // The words for the leaf need all of its profile.
  const leaf = { ...netem, kind: 'qdisc', verb: 'delete' } as Operation;
  expect(isAmbiguous(netem, ENOENT)).toBe(true);
  expect(isAmbiguous(leaf, ENOENT)).toBe(false);
});

test('a device that is not there is named', () => {
  expect(explainMissingDevice(htb, 'plg-eth0')).toMatchObject({
    code: 'device-missing',
    detail: expect.stringContaining('there is no device plg-eth0'),
  });
});
