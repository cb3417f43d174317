import { explainFailure } from './tc-failure';
import { tcCommand } from './tc-command';

const addNetem = tcCommand('qdisc', 'add', 'dev', 'eth0', 'netem');
const addHtb = tcCommand('qdisc', 'add', 'dev', 'eth0', 'htb');

test.each([
  [addNetem, 'Error: Specified qdisc kind is unknown.', 'netem-missing', 'modprobe sch_netem'],
  [addHtb, 'Error: Specified qdisc kind is unknown.', 'kernel-lacks', 'sch_htb'],
  [addHtb, 'RTNETLINK answers: Operation not permitted', 'no-permission', 'NET_ADMIN'],
  [addHtb, 'Cannot find device "eth7"', 'device-missing', 'PODLAG_DEVICE'],
  [addHtb, 'Error: Exclusivity flag on, cannot modify.', 'tc-failed', 'report'],
])('%j refused with %p is %s', (command, message, code, hint) => {
  const error = explainFailure({ command, message });
  expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) });
  expect(error.detail).toBe(`tc ${command.words.join(' ')}: ${message}`);
});
