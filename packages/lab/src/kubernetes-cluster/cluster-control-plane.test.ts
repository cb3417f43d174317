import { identitiesOf, tokenFile } from '../control-plane/credentials';
import { clusterUsers, kubeletUser } from './cluster-control-plane';
import { clusterPlan, defaultNetwork } from './cluster-plan';

test('each node is a user whom the Node authorizer takes for that node, and no other', () => {
  const users = clusterUsers(clusterPlan(defaultNetwork, 2));
  expect(Object.keys(users)).toEqual(['kube-proxy', kubeletUser('node-1'), kubeletUser('node-2')]);
  expect(users[kubeletUser('node-2')]).toEqual({ name: 'system:node:node-2', groups: ['system:nodes'] });
});

test('none of them may do everything', () => {
  const users = clusterUsers(clusterPlan(defaultNetwork, 2));
  const file = tokenFile(identitiesOf(users));
  expect(file.split('\n')).toHaveLength(4);
  expect(file).not.toContain('system:masters');
  expect(file).toMatch(/^[0-9a-f]{32},system:kube-proxy,kube-proxy,""$/m);
});
