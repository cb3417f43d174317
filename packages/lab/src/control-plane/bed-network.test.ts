import { inBedNetwork } from './bed-network';

test('root keeps its users, and others become root of a user namespace', () => {
  expect(inBedNetwork(true, ['true'])).not.toContain('--map-root-user');
  expect(inBedNetwork(false, ['true']).slice(0, 3)).toEqual(['unshare', '--user', '--map-root-user']);
});

test('the command is not part of a shell text', () => {
  expect(inBedNetwork(true, ['echo', '$(reboot)']).slice(-2)).toEqual(['echo', '$(reboot)']);
});
