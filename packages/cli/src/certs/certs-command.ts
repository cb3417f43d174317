import type { KeyRing } from '@podlag/access';
import { Duration, isPodlagError, textTable } from '@podlag/core';
import { secrets } from '@podlag/kube';
import { Command } from 'commander';
import { readKeyRing } from '../agents/token-answer';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { ownNamespaceIn } from '../frame/own-namespace';
import { withNamespaceFlags, withOutput, type NamespaceFlags, type OutputFlags } from '../frame/global-flags';
import type { Certificate, TokenKey } from '../output/certs-output';
import { print } from '../output/print';
import { certificatesOf } from './read-certificates';

interface Flags extends NamespaceFlags, OutputFlags {
  readonly secret: string;
}

/** `podlag certs`: how long the webhook's certificate is good, and which keys sign tokens. */
export function certsCommand(context: CommandContext): Command {
  return withOutput(withNamespaceFlags(new Command('certs')), ['table', 'json', 'yaml'])
    .description('Show when the webhook’s certificate expires, and the keys of the tokens.')
    .option('--secret <name>', 'with the webhook’s certificate', 'podlag-injector-certs')
    .addHelpText('after', examples(context, ['certs', 'certs -o json']))
    .action((flags: Flags) => certs(context, flags));
}

async function certs(context: CommandContext, flags: Flags): Promise<void> {
  const { api } = await context.connect(flags);
  const now = context.clock.now();
  // Of podlag's own namespace, whatever the context's is.
  const namespace = flags.namespace ?? (await ownNamespaceIn(api));
  const where = `${namespace}/${flags.secret}`;
  const secret = await api.get(secrets, { namespace, name: flags.secret });
  const certificates = secret === undefined ? [] : certificatesOf(secret, where, now);
  if (certificates.length === 0) context.stderr(`No certificate is in the Secret ${where}.\n`);
  const ring = await readKeyRing(api).catch((error: unknown) => noKeys(context, error));
  const tokenKeys = ring === undefined ? [] : tokenKeysOf(ring);
  if (flags.output === undefined || flags.output === 'table') {
    context.stdout(tables(certificates, tokenKeys, now));
    return;
  }
  print(context, flags.output, { document: { certificates, tokenKeys }, rows: [], columns: [] });
}

/** In open mode there are none, and that is fine. */
function noKeys({ stderr }: CommandContext, error: unknown): undefined {
  if (!isPodlagError(error, 'no-token-keys')) throw error;
  stderr(`No token keys: ${error.detail}.\n`);
}

/** The first signs; of the others those that are newer wait for it. */
function tokenKeysOf({ keys }: KeyRing): readonly TokenKey[] {
  const [first] = keys;
  return keys.map(({ kid, created }, index) => ({
    ...{ kid, created: created.toISOString() },
    role: index === 0 ? 'signs' : created > (first?.created ?? created) ? 'next' : 'retired',
  }));
}

function tables(certificates: readonly Certificate[], keys: readonly TokenKey[], now: number): string {
  const first = textTable(
    [
      { heading: 'WHAT', text: ({ what }) => what },
      { heading: 'SUBJECT', text: ({ subject }) => subject },
      { heading: 'EXPIRES', text: ({ notAfter }) => notAfter },
      { heading: 'LEFT', text: ({ notAfter }) => left(Date.parse(notAfter) - now), align: 'right' },
      { heading: 'STATE', text: ({ state }) => state },
    ],
    certificates,
  );
  const second = textTable(
    [
      { heading: 'TOKEN KEY', text: ({ kid }) => kid },
      { heading: 'CREATED', text: ({ created }) => created },
      { heading: 'ROLE', text: ({ role }) => role },
    ],
    keys,
  );
  return [...(certificates.length > 0 ? [first] : []), ...(keys.length > 0 ? [second] : [])].join('\n');
}

const dayMs = 24 * 3_600_000;

function left(ms: number): string {
  if (ms <= 0) return '-';
  if (ms >= 2 * dayMs) return `${Math.floor(ms / dayMs)}d`;
  return Duration.parse(`${Math.max(1, Math.floor(ms / 60_000))}m`).toString();
}
