import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Capabilities } from '../capabilities';
import { probe } from '../kernel/probe';
import type { Transport } from '../kernel/transport';
import { netemErrors } from '../netem-errors';
import { runIp, type IpSettings } from './ip-link';
import { longestTcTime, tcCommand, tcTimeStep } from './tc-command';

export interface TcProbeSettings extends IpSettings {
  readonly tc: string;
  /** The probe's own: calls on the driver's may be under way. */
  readonly transport: Transport;
}

/** @throws PodlagError `tc-missing` */
export async function probeTc(settings: TcProbeSettings): Promise<Capabilities> {
  const iproute2 = await iproute2Version(settings);
  return probe({
    transport: settings.transport,
    addScratch: (device, kind) => runIp(settings, tcCommand('link', 'add', 'dev', device, 'type', kind)),
    knows: {
      driver: 'tc',
      iproute2,
      timeStepNanoseconds: tcTimeStep,
      longestTimeNanoseconds: longestTcTime,
    },
  });
}

async function iproute2Version({ tc, env, timeoutMs }: TcProbeSettings): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(tc, ['-V'], { env, timeout: timeoutMs });
    return /iproute2-([^\s,]+)/.exec(stdout)?.[1] ?? stdout.trim();
  } catch (cause) {
    throw netemErrors.error('tc-missing', `cannot start ${tc}: ${(cause as Error).message}`, { cause });
  }
}
