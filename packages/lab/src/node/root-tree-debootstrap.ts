import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../kernel/run-program';
import { nodeErrors } from './node-errors';

/** The Debian suite of the node: the steadiest one with a containerd of the 2.1 series or newer, which Kubernetes asks for. */
export const suite = 'forky';

/**
 * What a node needs beyond Debian's smallest system: containerd with its runc and CNI plugins, `ip`, and a busybox that
 * needs no library, of which the cluster's small images are made.
 */
export const nodePackages = [
  'containerd',
  'runc',
  'containernetworking-plugins',
  'iproute2',
  'busybox-static',
] as const;

/** Lines of a log that a person may read through. */
const tailLines = 15;

/** Where a tree comes from, and where to. */
export interface DebootstrapSource {
  /** A Debian archive, as apt writes it. */
  readonly mirror: string;
  /** The keys that may have signed its Release file; undefined takes those that debootstrap knows. */
  readonly keyring: string | undefined;
}

/**
 * The command line that makes a tree. What debootstrap mounts is in a mount namespace of its own, and what it starts in
 * a pid namespace: when it or its caller is killed, neither mount nor process is left.
 */
export function debootstrapCommand(
  { mirror, keyring }: DebootstrapSource,
  tree: string,
): readonly [string, ...string[]] {
  return [
    ...(['setpriv', '--pdeathsig', 'KILL', '--'] as const),
    ...[
      'unshare',
      '--mount',
      '--propagation',
      'private',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      '--',
    ],
    // Without this one, debootstrap takes an unsigned archive where it finds no keys.
    ...['debootstrap', '--force-check-gpg'],
    ...(keyring === undefined ? [] : [`--keyring=${keyring}`]),
    ...['--arch=amd64', '--variant=minbase', `--include=${nodePackages.join(',')}`],
    // The script's name at the end: an older debootstrap knows no suite that came after it, and they are all as sid is.
    ...[suite, tree, mirror, 'sid'],
  ];
}

/** The end of what debootstrap said, without the lines of what went well. */
export function lastWords(log: string): string {
  const told = log
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^I: |^(Selecting|Preparing|Unpacking|Setting up) /.test(line));
  return told.slice(-tailLines).join('\n');
}

/**
 * Makes a tree from the first source that has one, each in a folder of its own below `work`. Answers its folder.
 *
 * @throws PodlagError `root-tree-failed`, with what debootstrap said last for each source; `missing-program`
 */
export async function debootstrapFromAny(
  sources: readonly DebootstrapSource[],
  work: string,
): Promise<string> {
  const refusals: string[] = [];
  for (const [index, source] of sources.entries()) {
    const tree = join(work, `tree-${index}`);
    const refusal = await debootstrap(source, tree);
    if (refusal === undefined) return tree;
    refusals.push(`debootstrap of ${suite} from ${source.mirror} failed:\n${refusal}`);
  }
  throw nodeErrors.error('root-tree-failed', refusals.join('\n'));
}

/** Undefined when the tree is made, else what debootstrap said last. */
async function debootstrap(source: DebootstrapSource, tree: string): Promise<string | undefined> {
  await mkdir(tree);
  // The root folder of a node, which its other users have to enter, whatever this one's umask is.
  await chmod(tree, 0o755);
  const [program, ...args] = debootstrapCommand(source, tree);
  const { code, stdout, stderr } = await runProgram(program, args);
  if (code === 0) return undefined;
  return (
    lastWords([await detailsOf(tree), stdout, stderr].join('\n')) || `exit status ${code ?? 'of a signal'}`
  );
}

/** What the programs said that debootstrap ran. It has no such log before it has an archive. */
async function detailsOf(tree: string): Promise<string> {
  const log = join(tree, 'debootstrap/debootstrap.log');
  return existsSync(log) ? readFile(log, 'utf8') : '';
}
