import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controlPlaneErrors } from './control-plane-errors';

/** The Go modules that bring the programs, by the names of their folders. */
export const goModules = {
  kubernetes: { title: 'Kubernetes', requires: 'k8s.io/kubernetes' },
  // One of its own: CoreDNS wants another gRPC and another client-go, and one module has one version of each.
  coredns: { title: 'CoreDNS', requires: 'github.com/coredns/coredns' },
} as const;
export type GoModuleName = keyof typeof goModules;

/** What a Go module that brings programs says of itself. */
export interface GoModule {
  readonly name: GoModuleName;
  readonly folder: string;
  /** The oldest Go that builds it, `1.26.0`. */
  readonly goVersion: string;
  /** The release that it brings, `v1.36.3`. */
  readonly version: string;
  /** The first 8 hexadecimal digits of the SHA-256 of go.mod, go.sum and its own source: all that a build depends on but Go itself. */
  readonly digest: string;
}

/** Reads the go.mod, go.sum and Go files of a folder. */
export async function readGoModule(name: GoModuleName, folder: string): Promise<GoModule> {
  const source = (await readdir(folder)).filter((file) => file.endsWith('.go')).sort();
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', ...source]) hash.update(await readFile(join(folder, file)));
  const goMod = await readFile(join(folder, 'go.mod'), 'utf8');
  return { name, folder, digest: hash.digest('hex').slice(0, 8), ...versionsIn(name, goMod) };
}

/**
 * The versions that a go.mod asks for.
 *
 * @throws PodlagError `kubernetes-build-failed`, with the line that it lacks
 */
export function versionsIn(name: GoModuleName, goMod: string): Pick<GoModule, 'goVersion' | 'version'> {
  const { requires } = goModules[name];
  const lacks = (line: string): Error =>
    controlPlaneErrors.error('kubernetes-build-failed', `go.mod has no line "${line}"`, {
      hint: `Restore packages/lab/${name}/go.mod.`,
    });
  const goVersion = /^go (\d+\.\d+(?:\.\d+)?)$/m.exec(goMod)?.[1];
  if (goVersion === undefined) throw lacks('go VERSION');
  const required = [...goMod.matchAll(/^\s*(?:require )?(\S+) (v\d+\.\d+\.\d+)\b/gm)];
  const version = required.find(([, path]) => path === requires)?.[2];
  if (version === undefined) throw lacks(`${requires} VERSION`);
  return { goVersion, version };
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
