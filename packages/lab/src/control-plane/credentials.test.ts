import { createPublicKey } from 'node:crypto';
import { kubeconfig, newTokens, serviceAccountKey, tokenFile } from './credentials';

test('each user has a token of their own, and only two may do everything', () => {
  const tokens = newTokens();
  const lines = tokenFile(tokens).trimEnd().split('\n');
  expect(new Set(Object.values(tokens)).size).toBe(4);
  expect(lines.filter((line) => line.endsWith('"system:masters"'))).toEqual([
    `${tokens.admin},podlag-admin,admin,"system:masters"`,
    `${tokens.kubelet},podlag-stand-in-kubelet,kubelet,"system:masters"`,
  ]);
  expect(lines).toContain(`${tokens['kube-scheduler']},system:kube-scheduler,kube-scheduler,""`);
});

test('a kubeconfig has all that is needed, without another file', () => {
  const config = JSON.parse(
    kubeconfig({ url: 'https://10.99.0.1:6443', ca: 'PEM', token: 'secret' }),
  ) as unknown;
  expect(config).toMatchObject({
    clusters: [{ cluster: { server: 'https://10.99.0.1:6443', 'certificate-authority-data': 'UEVN' } }],
    users: [{ user: { token: 'secret' } }],
    'current-context': 'podlag-bed',
  });
});

test('the service account key is an RSA key', () => {
  expect(createPublicKey(serviceAccountKey()).asymmetricKeyType).toBe('rsa');
});
