import { KeyRing, podlagNamespace, tokenSecret, verifyToken } from '@podlag/access';
import { kubeErrors, secrets } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { authorizeByKeys } from './run-tokens';

const start = new Date('2026-11-20T12:00:00Z');
const ring = KeyRing.generate(start);

function withKeys(): FakeKubeApi {
  const api = new FakeKubeApi();
  const document = Buffer.from(JSON.stringify(ring.document())).toString('base64');
  const metadata = { namespace: podlagNamespace, name: tokenSecret.name };
  api.seed(secrets, { metadata, data: { [tokenSecret.key]: document } });
  return api;
}

const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const check = (token: string | undefined, now: Date) =>
  verifyToken(token ?? '', {
    keys: ring.publicKeys,
    identity: { namespace: 'podlag-bench', pod: 'bench-node-1-120000-aaaa' },
    now,
  });

test('a token is good for every worker of the namespace, as long as the run may take', async () => {
  const token = await authorizeByKeys(withKeys(), () => start)('podlag-bench', 1_800);
  await expect(check(token, after(1_790))).resolves.toBeUndefined();
  await expect(check(token, after(1_900))).rejects.toMatchObject({ code: 'token-expired' });
});

test('where there are no keys agents are open, and there is no token', async () => {
  await expect(authorizeByKeys(new FakeKubeApi(), () => start)('podlag-bench', 60)).resolves.toBeUndefined();
});

test('who may not read the keys has none: agents that want a token say so themselves', async () => {
  const api = withKeys();
  api.failNext(kubeErrors.error('kube-forbidden', 'get secrets: not allowed'), 'get');
  await expect(authorizeByKeys(api, () => start)('podlag-bench', 60)).resolves.toBeUndefined();
});
