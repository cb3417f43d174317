import { spawnSync } from 'node:child_process';
import { labPodWith } from '../cluster/testing';
import { hostsFile, shellStartup } from './shell-startup';

function bash(command: string): string {
  const pods = [labPodWith({ warnings: ["it's $(reboot) `x`"], netns: undefined })];
  const { stdout, stderr } = spawnSync('bash', ['-c', `${shellStartup(pods)}\n${command}`], {
    encoding: 'utf8',
  });
  return stdout + stderr;
}

test('names resolve to both addresses', () => {
  expect(hostsFile([labPodWith()])).toContain('10.244.0.10 db-0\nfd00:10:244::a db-0\n');
});

test('what the injector said is text to the shell, never a command', () => {
  expect(bash('why db-0')).toContain("Warning: it's $(reboot) `x`\n");
});

test('a command runs for a pod with its words as they were', () => {
  expect(bash("on db-0 printf '%s|' 'a b' c")).toBe('a b|c|');
});

test.each(['why', 'why other', 'on', 'on other true'])(
  '%p is answered with the pods that there are',
  (command) => {
    expect(bash(command)).toContain('where POD is one of: db-0');
  },
);
