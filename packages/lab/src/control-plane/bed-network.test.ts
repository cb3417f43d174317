import { inBedNetwork, namespaceHint } from './bed-network';

test('root keeps its users, and others become root of a user namespace', () => {
  expect(inBedNetwork(true, ['true'])).not.toContain('--map-root-user');
  expect(inBedNetwork(false, ['true']).slice(0, 3)).toEqual(['unshare', '--user', '--map-root-user']);
});

test('the command is not part of a shell text', () => {
  expect(inBedNetwork(true, ['echo', '$(reboot)']).slice(-2)).toEqual(['echo', '$(reboot)']);
});

test('root of a container is told what the container lacks, and not to become root', () => {
  expect(namespaceHint(true)).toContain('CAP_SYS_ADMIN');
  expect(namespaceHint(true)).not.toMatch(/as root/i);
});

test('others are told all three settings that keep them from user namespaces', () => {
  const hint = namespaceHint(false);
  expect(hint).toContain('as root');
  expect(hint).toContain('user.max_user_namespaces');
  expect(hint).toContain('kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04)');
  expect(hint).toContain('kernel.unprivileged_userns_clone=1');
});
