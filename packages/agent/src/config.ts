import { PublicKeys } from '@podlag/access';
import {
  defaultAgentPort,
  defaultMostTargets,
  loadConfig,
  parseCidr,
  parsed,
  parseFault,
  parsePortRange,
  setting,
  type Cidr,
  type PortRange,
  type Target,
} from '@podlag/core';
import * as z from 'zod';

/** A Linux device name: IFNAMSIZ leaves 15 characters, and no slash or space. */
const deviceName = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,15}$/, 'must be the name of a device, as eth0');

/** With commas between, as an environment holds it; empty is none. */
function list<T>(parse: (item: string) => T): z.ZodType<readonly T[]> {
  return parsed((value) => {
    if (typeof value !== 'string') throw new Error('must be a list with commas between');
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map(parse);
  });
}

/** In the words of a fault's `to`: [{"cidr":"10.96.0.10/32","ports":[53]}]. */
const targets: z.ZodType<readonly Target[]> = parsed((value) => {
  const to: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  if (Array.isArray(to) && to.length === 0) return [];
  return parseFault({ partition: true, to }, 'exempt').to ?? [];
});

const none: readonly never[] = [];

/** As JSON, which is what an environment can hold. */
const tokenKeys: z.ZodType<PublicKeys> = parsed((value) =>
  PublicKeys.parse(typeof value === 'string' ? JSON.parse(value) : value),
);

const fields = z.strictObject({
  /** TCP port of the API, which no fault ever touches. */
  listenPort: setting.port().default(defaultAgentPort),
  /** Address to listen on. Absent: every address, IPv4 and IPv6. */
  listenAddress: setting.text().optional(),
  /** The device to shape. Absent: the one with the default route. */
  device: deviceName.optional(),
  /** A delay for everybody that is in force before the agent is ready, on the pod's first start. */
  initialLatency: setting.duration().optional(),
  /** A directory of the agent's own, for the lease file and for tables that tc reads. */
  runDirectory: setting.text().default('/run/podlag'),
  /** The tc program, by name or path. */
  tc: setting.text().default('tc'),
  /** The way to the kernel: the tc program, or rtnetlink. */
  driver: z.enum(['tc', 'netlink']).default('netlink'),
  /** How often the kernel is compared with what is asked, at least 100ms apart. 0s: never. */
  driftCheckInterval: setting
    .duration()
    .refine(
      (interval) => interval.isZero || interval.milliseconds >= 100,
      'must be 100ms or more, or 0s for never',
    )
    .prefault('4s'),
  /** What is done when they differ; in either case it is logged and counted. */
  onDrift: z.enum(['repair', 'report']).default('repair'),
  /** Replies to the kubelet's probes meet no fault: a pod that is slow is not to be killed for it. */
  exemptProbes: setting.flag().default(true),
  /** Ports that the kubelet probes, as 8080,9000-9010; the injector passes those that the pod declares. */
  probePorts: list<PortRange>(parsePortRange).default(none),
  /** The node's own addresses, where probes come from; the default gateway is one of them without being said. */
  nodeAddresses: list<Cidr>(parseCidr).default(none),
  /** Traffic that no fault may touch: a JSON list of targets, as a fault's `to`. */
  exempt: targets.default(none),
  /** Targets of all faults together, `to` and `except`, twice those for both directions. A change takes some 6 kB for each. */
  mostTargets: setting.count(1, 1_000_000).default(defaultMostTargets),
  /** Replace a root qdisc that podlag did not make, instead of refusing. */
  takeOverRoot: setting.flag().default(false),
  /** Open: who reaches the port may change the network. Token: only with a token, docs/access.md. */
  access: z.enum(['open', 'token']).default('open'),
  /** In token mode: the public keys of tokens, a JWK Set. Those of a later PUT /v1/keys take precedence. */
  tokenKeys: tokenKeys.optional(),
  /** Which pod this is: a token names the namespace, and may name pods. */
  podNamespace: setting.text().optional(),
  podName: setting.text().optional(),
  logLevel: setting.logLevel().default('info'),
});

/** Every setting of the agent: in the environment, as `PODLAG_` and the name in capitals. */
export const agentConfig = fields.superRefine(({ access, ...given }, context) => {
  if (access === 'open') return;
  for (const name of ['tokenKeys', 'podNamespace', 'podName'] as const)
    if (given[name] === undefined)
      context.addIssue({ code: 'custom', path: [name], message: 'is needed in token mode' });
});

export type AgentConfig = Readonly<z.output<typeof agentConfig>>;

export interface ReadAgentConfig {
  readonly config: AgentConfig;
  /** One sentence for each `PODLAG_` variable that is no setting: for the log. */
  readonly warnings: readonly string[];
}

/**
 * The settings of an agent. A variable that it does not know is no reason to end: an injector that is newer than the
 * agent's image may set it, and the pod would never start.
 *
 * @throws PodlagError `invalid-config`, with each bad setting by name
 */
export function readAgentConfig(env: Readonly<Record<string, string | undefined>>): ReadAgentConfig {
  const warnings: string[] = [];
  const onUnknownVariable = (sentence: string): void => void warnings.push(sentence);
  return { config: loadConfig(agentConfig, { env }, { onUnknownVariable }), warnings };
}
