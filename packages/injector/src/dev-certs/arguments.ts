import { parseArgs } from 'node:util';
import { injectorErrors } from '../injector-errors';

export const usage = `Makes a certificate for development: a CA of its own, and a server certificate that it signed.

  podlag-dev-certs --out DIR --host NAME [--host NAME ...] [--days N]

  --out DIR     where to write ca.crt, tls.crt and tls.key
  --host NAME   a DNS name or IP address of the server; may be given several times
  --days N      how long the certificates are valid (default 365)

Example, for an injector in a cluster:
  podlag-dev-certs --out certs --host podlag-injector.podlag-system.svc
`;

export interface DevCertsRequest {
  readonly out: string;
  readonly hosts: readonly string[];
  readonly days: number;
}

/** @throws PodlagError `invalid-arguments` */
export function parseDevCertsArguments(args: readonly string[]): DevCertsRequest | 'help' {
  const { out, host = [], days = '365', help } = read(args);
  if (help === true) return 'help';
  if (out === undefined || out === '') throw invalid('--out DIR is missing');
  if (host.length === 0) throw invalid('--host NAME is missing');
  const malformed = host.find((name) => !/^[A-Za-z0-9*._:-]+$/.test(name));
  if (malformed !== undefined)
    throw invalid(`--host ${JSON.stringify(malformed)} is no DNS name or IP address`);
  if (!/^[1-9][0-9]{0,3}$/.test(days)) throw invalid('--days must be a whole number from 1 to 9999');
  return { out, hosts: host, days: Number(days) };
}

interface Given {
  readonly out?: string;
  readonly host?: readonly string[];
  readonly days?: string;
  readonly help?: boolean;
}

function read(args: readonly string[]): Given {
  try {
    const options = {
      out: { type: 'string' },
      host: { type: 'string', multiple: true },
      days: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function invalid(detail: string, cause?: unknown): Error {
  return injectorErrors.error('invalid-arguments', detail, { cause });
}
