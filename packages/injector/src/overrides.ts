import { annotations as known, didYouMean, Duration, quote } from '@podlag/core';
import { quantityInThousandths } from './quantity';

/** What one pod asks for itself. A closed list: no annotation reaches the image, command, privileges or volumes. */
export interface Overrides {
  /** Settings for the agent, by the names of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Quantities to request for the agent instead of the template's. */
  readonly requests: Readonly<Record<string, string>>;
}

export interface ReadOverrides {
  readonly overrides: Overrides;
  /** One for each annotation that was not understood, with a value that would be. */
  readonly warnings: readonly string[];
}

type Annotations = Readonly<Record<string, string>>;

const prefix = 'podlag.io/';
const resourceNames: readonly string[] = ['cpu', 'memory'];

/** The kernel's IFNAMSIZ is 16 with the final NUL; "." and ".." are refused by it (dev_valid_name). */
const deviceName = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,15}$/;

interface Reader {
  /** A value that would be understood. */
  readonly example: string;
  /** Undefined when the value is not understood. */
  readonly read: (value: string) => Partial<Overrides> | undefined;
}

const readers: Readonly<Record<string, Reader>> = {
  [known.latency]: { example: '20ms', read: latencyOf },
  [known.interface]: {
    example: 'eth0',
    read: (value) => (deviceName.test(value) ? { env: { PODLAG_DEVICE: value } } : undefined),
  },
  [known.exemptProbes]: { example: 'false', read: exemptProbesOf },
  [known.resources]: { example: 'cpu=50m,memory=64Mi', read: requestsOf },
  [known.inject]: { example: 'false', read: (value) => (['true', 'false'].includes(value) ? {} : undefined) },
  // Left over where somebody has copied the YAML of an injected pod; it is written anew.
  [known.status]: { example: '', read: () => ({}) },
};

/** Reads a pod's `podlag.io/` annotations. A bad value never stops a pod: it is left out and warned about. */
export function readOverrides(annotations: Annotations): ReadOverrides {
  let overrides: Overrides = { env: {}, requests: {} };
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(annotations)) {
    if (!name.startsWith(prefix)) continue;
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    const read = reader?.read(value);
    if (reader === undefined)
      warnings.push(`unknown annotation ${name}.${didYouMean(name, Object.keys(readers))}`);
    else if (read === undefined) warnings.push(notUnderstood(name, value, reader.example));
    else
      overrides = {
        env: { ...overrides.env, ...read.env },
        requests: { ...overrides.requests, ...read.requests },
      };
  }
  return { overrides, warnings };
}

/** Re-printed, so that nothing but a duration can reach the agent. */
function latencyOf(value: string): Partial<Overrides> | undefined {
  try {
    return { env: { PODLAG_INITIAL_LATENCY: Duration.parse(value).toString() } };
  } catch {
    return undefined;
  }
}

function exemptProbesOf(value: string): Partial<Overrides> | undefined {
  // Both values: the template may say either.
  return ['true', 'false'].includes(value) ? { env: { PODLAG_EXEMPT_PROBES: value } } : undefined;
}

/** `cpu=50m,memory=64Mi`: one or both, each once, none of them zero. */
function requestsOf(value: string): Partial<Overrides> | undefined {
  const requests: Record<string, string> = {};
  for (const part of value.split(',')) {
    const [name = '', quantity = '', ...rest] = part.split('=');
    const valid = resourceNames.includes(name) && !(name in requests) && rest.length === 0;
    if (!valid || (quantityInThousandths(quantity) ?? 0n) === 0n) return undefined;
    requests[name] = quantity;
  }
  return { requests };
}

function notUnderstood(name: string, value: string, good: string): string {
  return `ignored ${name}: ${shortened(value)}; write for example "${good}"`;
}

/** Short enough to leave room in a warning for the example. */
function shortened(value: string): string {
  const quoted = quote(value);
  return quoted.length > 30 ? `${quoted.slice(0, 27)}...` : quoted;
}
