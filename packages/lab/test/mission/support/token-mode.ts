import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { kubectl } from '../../deploy/command';
import { deploy } from '../../deploy/rendering';
import { namespace, podManifest, read, tryPod } from '../../install/installation';
import { kustomization } from './image-names';
import { claimInstallation, ensureInstalled } from './installed';
import { rolledOutIn, untilIn } from './waiting';

const secret = 'podlag-token-keys';
const inNamespace = ['--namespace', namespace];

/** Installs podlag with the component token-access, from a kustomization such as a user has. */
export async function installTokenMode(): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'podlag-token-')));
  const overlay = {
    resources: [relative(folder, await realpath(await kustomization()))],
    components: [relative(folder, join(deploy, 'components/token-access'))],
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
  try {
    await kubectl(['apply', '-k', folder]);
  } finally {
    await claimInstallation();
  }
  await rolledOutIn(namespace, 'deployment/podlag-injector', 'deployment/podlag-controller');
}

/** Back to open, as after an install: what the component had besides goes, and so do the keys. */
export async function installOpenMode(): Promise<void> {
  const mode = ['role/podlag-token-keys-keeper', 'rolebinding/podlag-token-keys-keeper'];
  await ensureInstalled();
  await kubectl(['delete', '--ignore-not-found', ...inNamespace, ...mode]);
  const keys = [`secret/${secret}`, `configmap/${secret}`];
  for (const object of keys) await kubectl(['patch', object, ...inNamespace, '--patch', '{"data": null}']);
}

/** Waits until a new pod of that namespace would get an agent of that mode: injectors of another may still be answering. */
export function untilAccess(where: string, mode: 'open' | 'token'): Promise<void> {
  return untilIn(where, async () => {
    const { pod } = await tryPod(where, podManifest('trial'));
    const isToken = JSON.stringify(pod ?? '').includes('{"name":"PODLAG_ACCESS","value":"token"}');
    return pod !== undefined && isToken === (mode === 'token');
  });
}

/** A private key, as the Secret has it. */
export interface PrivateKey {
  readonly kid: string;
  readonly created: string;
}

/** The keys in the Secret, of which the first signs. */
export async function privateKeys(): Promise<readonly PrivateKey[]> {
  const { data = {} } = await read<{ data?: Record<string, string> }>('secret', secret, ...inNamespace);
  const text = Buffer.from(data['keys.json'] ?? '', 'base64').toString();
  return text === '' ? [] : (JSON.parse(text) as { keys: readonly PrivateKey[] }).keys;
}

export async function writePrivateKeys(...keys: readonly PrivateKey[]): Promise<void> {
  const patch = { stringData: { 'keys.json': JSON.stringify({ keys }) } };
  await kubectl(['patch', 'secret', secret, ...inNamespace, '--patch', JSON.stringify(patch)]);
}

/**
 * One that nobody knows yet, named by its thumbprint (RFC 7638). Made after that other one, by whichever clock: the newest is
 * the one that is to sign next.
 */
export function newPrivateKey(after: PrivateKey): PrivateKey {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const { crv, kty, x } = jwk;
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
  const createdMs = Math.max(Date.now(), Date.parse(after.created) + 1);
  return { ...jwk, kid, created: new Date(createdMs).toISOString() };
}
