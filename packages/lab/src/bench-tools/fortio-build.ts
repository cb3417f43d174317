import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPodlagError } from '@podlag/core';
import { isGoNewEnough } from '../control-plane/go-module';
import { runProgram } from '../kernel/run-program';
import { benchToolsErrors } from './bench-tools-errors';

/** The user's environment: PATH with go, GOFLAGS, GOPROXY and caches. */
export type GoEnvironment = Readonly<Record<string, string | undefined>>;

const goPackage = 'fortio.org/fortio';

/** What the Go module that brings fortio says of itself. */
export interface FortioModule {
  readonly folder: string;
  /** The oldest Go that builds it, `1.26.0`. */
  readonly goVersion: string;
  /** fortio's release, `1.68.2`. */
  readonly version: string;
  /** go.mod and go.sum: all that a build depends on but Go itself. */
  readonly source: string;
}

/**
 * Reads go.mod and go.sum of a folder.
 *
 * @throws PodlagError `fortio-build-failed`, with the line that is missing
 */
export async function readFortioModule(folder: string): Promise<FortioModule> {
  const [goMod, goSum] = await Promise.all(
    ['go.mod', 'go.sum'].map((file) => readFile(join(folder, file), 'utf8')),
  );
  return { folder, source: `${goMod ?? ''}${goSum ?? ''}`, ...versionsIn(goMod ?? '') };
}

/** The versions that a go.mod asks for. @throws PodlagError `fortio-build-failed`, with the line that is missing */
export function versionsIn(goMod: string): Pick<FortioModule, 'goVersion' | 'version'> {
  const lacks = (line: string): Error =>
    benchToolsErrors.error('fortio-build-failed', `go.mod has no line "${line}".`, {
      hint: 'Restore packages/lab/fortio/go.mod.',
    });
  const goVersion = /^go (\d+\.\d+(?:\.\d+)?)$/m.exec(goMod)?.[1];
  if (goVersion === undefined) throw lacks('go VERSION');
  const version = /^\s*(?:require )?fortio\.org\/fortio v(\d+\.\d+\.\d+)\b/m.exec(goMod)?.[1];
  if (version === undefined) throw lacks(`${goPackage} VERSION`);
  return { goVersion, version };
}

/**
 * Builds fortio as a file: half a minute with empty caches, on two cores.
 *
 * @throws PodlagError `fortio-build-failed`, with what go said
 */
export async function buildFortio(module: FortioModule, file: string, env: GoEnvironment): Promise<void> {
  const found = await go(['env', 'GOVERSION'], module, env);
  const version = found.stdout.trim();
  if (found.code !== 0 || !isGoNewEnough(version, module.goVersion)) {
    const said = found.code === 0 ? `this is ${version}` : found.stderr.trim();
    throw benchToolsErrors.error(
      'fortio-build-failed',
      `fortio wants Go ${module.goVersion} or newer; ${said}.`,
      {
        hint: `Install Go ${module.goVersion} or newer, then try again.`,
      },
    );
  }
  const { code, stderr } = await go(
    // `-s -w` leaves out what only a debugger wants.
    ['build', '-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', file, goPackage],
    module,
    // Without C, so that it runs whatever the machine's C library is.
    { ...env, CGO_ENABLED: '0' },
  );
  if (code === 0) return;
  const end = stderr.trim().split('\n').slice(-15).join('\n');
  throw benchToolsErrors.error('fortio-build-failed', `go build of fortio failed:\n${end}`);
}

async function go(args: readonly string[], { folder }: FortioModule, env: GoEnvironment) {
  try {
    return await runProgram('go', args, { cwd: folder, env });
  } catch (error) {
    if (!isPodlagError(error, 'missing-program')) throw error;
    throw benchToolsErrors.error('fortio-build-failed', 'There is no `go` on PATH, which builds fortio.', {
      hint: 'Install Go, then try again.',
      cause: error,
    });
  }
}
