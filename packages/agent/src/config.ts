import { defaultAgentPort, setting } from '@podlag/core';
import * as z from 'zod';

/** A Linux device name: IFNAMSIZ leaves 15 characters, and no slash or space. */
const deviceName = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,15}$/, 'must be the name of a device, as eth0');

/** Every setting of the agent: in the environment, as `PODLAG_` and the name in capitals. */
export const agentConfig = z.strictObject({
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
  /** Replace a root qdisc that podlag did not make, instead of refusing. */
  takeOverRoot: setting.flag().default(false),
  logLevel: setting.logLevel().default('info'),
});

export type AgentConfig = Readonly<z.output<typeof agentConfig>>;
