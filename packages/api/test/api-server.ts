import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';

const repository = resolve(__dirname, '../../..');

export const deploy = join(repository, 'deploy');

/** An object as it is written, right or wrong. */
export interface Written {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

export const written = (kind: string, spec: unknown, name = 'x'): Written => ({
  ...{ apiVersion: 'podlag.io/v1alpha1', kind, metadata: { name } },
  spec,
});

export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** As the bed's administrator. */
export function tryKubectl(args: readonly string[], input: unknown = ''): Answer {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  const { status, stdout, stderr } = spawnSync('kubectl', args, { input: text, encoding: 'utf8' });
  return { ok: status === 0, stdout, stderr };
}

/** @throws Error with what kubectl says, where that is not success */
export function kubectl(args: readonly string[], input: unknown = ''): string {
  const { ok, stdout, stderr } = tryKubectl(args, input);
  if (!ok) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Makes podlag's kinds known, as they are shipped; and a namespace, new each time. @returns its name */
export function prepared(): string {
  kubectl(['apply', '--server-side', '--force-conflicts', '-k', join(deploy, 'crds')]);
  const names = ['networkfaults', 'latencymatrices', 'scenarios'].map((plural) => `crd/${plural}.podlag.io`);
  kubectl(['wait', '--for=condition=Established', '--timeout=20s', ...names]);
  const namespace = `api-${randomBytes(4).toString('hex')}`;
  kubectl(['create', 'namespace', namespace]);
  return namespace;
}
