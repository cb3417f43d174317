import { buildArguments } from './go-build';

test('a program is stamped with the release, and no file of the module is changed for it', () => {
  const args = buildArguments('kubectl', 'v1.36.3', '/out');
  expect(args).toEqual([
    ...['build', '-mod=readonly', '-trimpath', '-ldflags'],
    '-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/component-base/version.gitMajor=1 ' +
      '-X k8s.io/component-base/version.gitMinor=36',
    ...['-o', '/out/kubectl', 'k8s.io/kubernetes/cmd/kubectl'],
  ]);
});

test('CoreDNS knows its release itself, and is its module’s own program', () => {
  const args = buildArguments('coredns', 'v1.15.0', '/out');
  expect(args).toEqual([
    ...['build', '-mod=readonly', '-trimpath', '-ldflags', '-s -w'],
    ...['-o', '/out/coredns', '.'],
  ]);
});
