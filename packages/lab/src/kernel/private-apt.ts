import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debianMirrors, type AptAnswers, type DebianMirror } from './debian-mirror';
import { kernelErrors } from './kernel-errors';
import { runProgram, type ProgramResult } from './run-program';

/** Where Debian's package of its archive keys puts them, newest name first. */
const keyrings = [
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
];

/**
 * An apt with sources, lists and cache of its own below one folder: it needs no root, and the system's apt never
 * notices. The machine's apt configuration still counts, for that is where proxies are.
 */
export class PrivateApt {
  private constructor(private readonly folder: string) {}

  static async in(folder: string): Promise<PrivateApt> {
    for (const name of ['lists/partial', 'cache/archives/partial', 'debs']) {
      await mkdir(join(folder, name), { recursive: true });
    }
    await writeFile(join(folder, 'status'), '');
    return new PrivateApt(folder);
  }

  /** Reads the index of one source. */
  async update(source: string): Promise<void> {
    await writeFile(join(this.folder, 'sources.list'), source);
    await this.succeed('apt-get', ['--error-on=any', '--quiet', 'update'], this.folder);
  }

  /** The version of a package that the source offers. */
  async versionOf(name: string): Promise<string | undefined> {
    const shown = await this.run('apt-cache', ['show', '--no-all-versions', name], this.folder);
    return /^Version: (\S+)$/m.exec(shown.stdout)?.[1];
  }

  /** Downloads packages, checked by the index's hashes, into one folder, and answers that. */
  async download(names: readonly string[]): Promise<string> {
    const debs = join(this.folder, 'debs');
    await this.succeed('apt-get', ['--quiet', 'download', ...names], debs);
    return debs;
  }

  private async succeed(program: string, args: readonly string[], cwd: string): Promise<void> {
    const result = await this.run(program, args, cwd);
    if (result.code !== 0) throw kernelErrors.error('download-failed', complaint(program, args, result));
  }

  private run(program: string, args: readonly string[], cwd: string): Promise<ProgramResult> {
    return runProgram(program, [...this.options(), ...args], { cwd });
  }

  private options(): readonly string[] {
    const own = (name: string): string => join(this.folder, name);
    return [
      `Dir::Etc::SourceList=${own('sources.list')}`,
      'Dir::Etc::SourceParts=/dev/null',
      'Dir::Etc::Preferences=/dev/null',
      'Dir::Etc::PreferencesParts=/dev/null',
      `Dir::State::Lists=${own('lists')}`,
      `Dir::State::status=${own('status')}`,
      `Dir::Cache=${own('cache')}`,
      'APT::Architecture=amd64',
      'APT::Architectures=amd64',
      // As root, apt downloads as the user _apt, who may not enter the caller's cache.
      'APT::Sandbox::User=root',
      // Mirrors that stand still have Release files past their date; the signature is checked all the same.
      'Acquire::Check-Valid-Until=false',
      'Acquire::Retries=2',
      'Acquire::Languages=none',
      'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
      'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false',
    ].flatMap((option) => ['-o', option]);
  }
}

/** The machine's own Debian mirrors, the likeliest first. */
export async function machineMirrors(): Promise<readonly DebianMirror[]> {
  const [targets, uris] = await Promise.all([
    runProgram('apt-get', ['indextargets']),
    runProgram('apt-get', ['--print-uris', 'update']),
  ]);
  const answers: AptAnswers = { indexTargets: targets.stdout, updateUris: uris.stdout };
  return debianMirrors(answers);
}

/** The keys by which apt knows Debian; `undefined` leaves it to the keys that apt trusts anyhow. */
export async function debianKeyring(): Promise<string | undefined> {
  for (const keyring of keyrings) {
    const found = await access(keyring).then(
      () => true,
      () => false,
    );
    if (found) return keyring;
  }
  return undefined;
}

function complaint(program: string, args: readonly string[], result: ProgramResult): string {
  const lines = `${result.stdout}\n${result.stderr}`
    .split('\n')
    .filter((line) => /^(E:|W:|Err| {2})/.test(line));
  return [`${program} ${args.join(' ')} failed:`, ...new Set(lines)].join('\n  ');
}
