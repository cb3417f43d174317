import { netemHint } from './netem-hint';

test.each([
  ['5.14.0-427.el9.x86_64', 'kernel-modules-extra'],
  ['6.8.0-1008-aws', 'linux-modules-extra'],
  ['5.15.79.1-microsoft-standard-WSL2', 'wsl --update'],
  ['6.1.0-18-amd64', 'CONFIG_NET_SCH_NETEM'],
])('on kernel %s the fix is told for that distribution: %s', (kernel, words) => {
  expect(netemHint(kernel)).toContain(words);
  expect(netemHint(kernel)).toContain(kernel);
});
