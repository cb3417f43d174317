import { createPublicKey } from 'node:crypto';
import { identitiesOf, kubeconfig, ownUsers, serviceAccountKey, tokenFile } from './credentials';

test('each user has a token of their own', () => {
  const identities = identitiesOf(ownUsers);
  const again = identitiesOf(ownUsers);
  const tokens = [identities, again].flatMap((all) => Object.values(all).map(({ token }) => token));
  expect(new Set(tokens).size).toBe(6);
});

test('the API server is told whose token it is, and of which groups they are', () => {
  const { 'kube-scheduler': scheduler, admin, ...others } = identitiesOf(ownUsers);
  const file = tokenFile({ 'kube-scheduler': scheduler, admin });
  expect(file).toBe(
    `${scheduler.token},system:kube-scheduler,kube-scheduler,""\n${admin.token},podlag-admin,admin,"system:masters"\n`,
  );
  expect(Object.keys(others)).toEqual(['kube-controller-manager']);
});

test('a user of two groups is one of both', () => {
  const file = tokenFile({ a: { name: 'a', groups: ['b', 'c'], token: 't' } });
  expect(file).toBe('t,a,a,"b,c"\n');
});

test('of those whom every control plane has, one may do everything', () => {
  expect(Object.values(ownUsers).filter(({ groups }) => groups.length > 0)).toEqual([ownUsers.admin]);
});

test('a kubeconfig has all that is needed, without another file', () => {
  const access = { url: 'https://10.99.0.1:6443', ca: 'PEM', token: 'secret' };
  expect(JSON.parse(kubeconfig(access, 'podlag-bed'))).toMatchObject({
    clusters: [{ cluster: { server: 'https://10.99.0.1:6443', 'certificate-authority-data': 'UEVN' } }],
    users: [{ user: { token: 'secret' } }],
    contexts: [{ name: 'podlag-bed' }],
    'current-context': 'podlag-bed',
  });
});

test('the service account key is an RSA key', () => {
  expect(createPublicKey(serviceAccountKey()).asymmetricKeyType).toBe('rsa');
});
