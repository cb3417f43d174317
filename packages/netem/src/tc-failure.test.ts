import { explainFailure, netemHint } from './tc-failure';
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

test.each([
  ['5.14.0-427.el9.x86_64', 'kernel-modules-extra'],
  ['6.8.0-1008-aws', 'linux-modules-extra'],
  ['5.15.79.1-microsoft-standard-WSL2', 'wsl --update'],
  ['6.1.0-18-amd64', 'CONFIG_NET_SCH_NETEM'],
])('on kernel %s the fix is told for that distribution: %s', (kernel, words) => {
  expect(netemHint(kernel)).toContain(words);
  expect(netemHint(kernel)).toContain(kernel);
});
