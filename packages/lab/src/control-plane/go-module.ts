import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controlPlaneErrors } from './control-plane-errors';

/** What the Go module that brings the servers says of itself. */
export interface GoModule {
  readonly folder: string;
  /** The oldest Go that builds it, `1.26.0`. */
  readonly goVersion: string;
  /** The release of Kubernetes, `v1.36.3`. */
  readonly kubernetesVersion: string;
  /** The first 8 hexadecimal digits of the SHA-256 of go.mod and go.sum: all that a build depends on but Go itself. */
  readonly digest: string;
}

/** Reads go.mod and go.sum of a folder. */
export async function readGoModule(folder: string): Promise<GoModule> {
  const [mod, sum] = await Promise.all(['go.mod', 'go.sum'].map((name) => readFile(join(folder, name))));
  const digest = createHash('sha256')
    .update(mod ?? '')
    .update(sum ?? '')
    .digest('hex')
    .slice(0, 8);
  return { folder, digest, ...versionsIn(String(mod)) };
}

/** The versions that a go.mod asks for. */
export function versionsIn(goMod: string): Pick<GoModule, 'goVersion' | 'kubernetesVersion'> {
  return {
    goVersion: found(/^go (\d+\.\d+(?:\.\d+)?)$/m, goMod, 'go VERSION'),
    kubernetesVersion: found(
      /^\s*(?:require )?k8s\.io\/kubernetes (v\d+\.\d+\.\d+)\b/m,
      goMod,
      'k8s.io/kubernetes VERSION',
    ),
  };
}

function found(pattern: RegExp, goMod: string, line: string): string {
  const value = pattern.exec(goMod)?.[1];
  if (value !== undefined) return value;
  throw controlPlaneErrors.error('kubernetes-build-failed', `go.mod has no line "${line}"`, {
    hint: 'Restore packages/lab/kubernetes/go.mod.',
  });
}

/** Whether a Go of version `have` (`go1.26.8`, as `go env GOVERSION` says) builds what asks for `wanted` (`1.26.0`). */
export function isGoNewEnough(have: string, wanted: string): boolean {
  const version = /^go(\d+)\.(\d+)(?:\.(\d+))?/.exec(have);
  // A development version, as `devel go1.27-abc`, is for who knows what they do.
  if (version === null) return true;
  const [major = 0, minor = 0, patch = 0] = version
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = wanted.split('.').map(Number);
  return compareEach([major, minor, patch], [wantedMajor, wantedMinor, wantedPatch]) >= 0;
}

function compareEach(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
