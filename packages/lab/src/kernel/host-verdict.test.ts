import { hostVerdict } from './host-verdict';

test.each([
  ['a host that did it all can', 0, '', { can: true }],
  ['a warning does not count against it', 0, 'Warning: sch_htb: quantum is big.\n', { can: true }],
  [
    'a kernel without netem cannot',
    2,
    'Error: Specified qdisc kind is unknown.\n',
    { can: false, reason: 'Error: Specified qdisc kind is unknown' },
  ],
  [
    'a user without rights cannot',
    1,
    'unshare: unshare failed: Operation not permitted\n',
    { can: false, reason: 'unshare: unshare failed: Operation not permitted' },
  ],
  ['a silent failure is one all the same', 1, '', { can: false, reason: 'the proof ended with 1' }],
])('%s', (_, code, stderr, verdict) => {
  expect(hostVerdict(code, stderr)).toEqual(verdict);
});
