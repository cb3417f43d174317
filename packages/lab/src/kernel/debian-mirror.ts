/** A Debian archive that this machine is already set up to use. */
export interface DebianMirror {
  /** As apt writes it, without a slash at the end. */
  readonly uri: string;
  /** True when apt has read the archive's Release file before and it said `Origin: Debian`. */
  readonly known: boolean;
}

/** What apt says of the machine's own sources. */
export interface AptAnswers {
  /** `apt-get indextargets`: one paragraph for each index that was fetched before, with the Release file's Origin. */
  readonly indexTargets: string;
  /** `apt-get --print-uris update`: what would be fetched; it names every source even on a machine that never fetched one. */
  readonly updateUris: string;
}

/**
 * The archives that may carry Debian itself, the likeliest first. Those that say that they are someone else's, or only
 * Debian's security updates, are left out. The rest may still be wrong: the proof is Debian's signature on what they
 * answer, which apt checks.
 */
export function debianMirrors(answers: AptAnswers): readonly DebianMirror[] {
  const targets = paragraphs(answers.indexTargets).flatMap(targetOf);
  const known = unique(targets.filter(isDebian).map((target) => target.uri));
  const strangers = new Set(targets.map((target) => target.uri));
  const unknown = unique(archivesIn(answers.updateUris).filter((uri) => !strangers.has(uri)));
  return [
    ...known.map((uri) => ({ uri, known: true })),
    ...[...unknown].sort((a, b) => likeness(b) - likeness(a)).map((uri) => ({ uri, known: false })),
  ];
}

/** A one-line apt source for one suite; apt trusts it only if Debian's key signed it. */
export function sourceLine(mirror: DebianMirror, suite: string, keyring: string | undefined): string {
  const options = ['arch=amd64', ...(keyring === undefined ? [] : [`signed-by=${keyring}`])];
  return `deb [${options.join(' ')}] ${mirror.uri} ${suite} main\n`;
}

interface Target {
  readonly uri: string;
  readonly origin: string;
  readonly label: string;
}

const isDebian = (target: Target): boolean => target.origin === 'Debian' && target.label === 'Debian';

/** A mirror of Debian nearly always ends in `/debian`, as Debian asks of them; its security archive does not. */
const likeness = (uri: string): number => (uri.endsWith('/debian') ? 1 : 0);

const withoutSlash = (uri: string): string => uri.replace(/\/+$/, '');

const unique = (uris: readonly string[]): readonly string[] => [...new Set(uris)];

function paragraphs(deb822: string): readonly ReadonlyMap<string, string>[] {
  return deb822.split(/\n\s*\n/).map((paragraph) => {
    const fields = paragraph.split('\n').flatMap((line) => {
      const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    });
    return new Map(fields);
  });
}

function targetOf(fields: ReadonlyMap<string, string>): readonly Target[] {
  const uri = fields.get('Repo-URI');
  if (uri === undefined) return [];
  return [{ uri: withoutSlash(uri), origin: fields.get('Origin') ?? '', label: fields.get('Label') ?? '' }];
}

function archivesIn(updateUris: string): readonly string[] {
  return [...updateUris.matchAll(/^'([^']+?)\/dists\/[^']+\/InRelease'/gm)].flatMap(([, uri]) =>
    uri === undefined ? [] : [withoutSlash(uri)],
  );
}
