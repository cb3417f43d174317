import { isOfCluster } from './namespace-processes';

const folder = '/var/lib/podlag-cluster/data';

test.each([
  ['a server', { argv: `etcd --data-dir=${folder}/etcd`, program: '/root/etcd' }, true],
  [
    'a process of a node whose kernel was killed',
    { argv: '[uml-userspace]', program: '/memfd:uml-userspace (deleted)' },
    true,
  ],
  ["a user's shell", { argv: 'bash ', program: '/usr/bin/bash' }, false],
  ["a user's look at another folder", { argv: `ls ${folder}-of-mine `, program: '/usr/bin/ls' }, false],
])('%s', (_, process, ours) => {
  expect(isOfCluster({ pid: 2, ...process }, folder)).toBe(ours);
});
