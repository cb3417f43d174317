import { execFile } from 'node:child_process';
import { release } from 'node:os';
import { promisify } from 'node:util';
import type { Capabilities, Capability } from './capabilities';
import { netemErrors } from './netem-errors';
import type { TcBatch } from './tc-batch';
import { tcCommand } from './tc-command';
import { explainFailure } from './tc-failure';

const run = promisify(execFile);

/** Not the name of anybody's device; at most 15 characters (IFNAMSIZ). */
const scratch = 'podlag-probe';

/** Kinds of link that need no other device, the plainest first. A node that runs pods has at least veth. */
const scratchKinds = ['dummy', 'veth', 'ifb', 'bridge'];

export interface ProbeTools {
  /** A tc of the probe's own: a long-lived one keeps the index of a device that was made anew. */
  readonly batch: TcBatch;
  readonly tc: string;
  readonly env: NodeJS.ProcessEnv;
  /** For each program that is started. */
  readonly timeoutMs: number;
}

/**
 * Tries the qdiscs on a device made for it, which carries no packet: no guess from the kernel's version, which says
 * nothing of how it was built, and no test on the pod's own device, which would touch its traffic.
 */
export async function probeCapabilities(tools: ProbeTools): Promise<Capabilities> {
  const [iproute2, shaping] = await Promise.all([iproute2Version(tools), probeShaping(tools)]);
  return { kernel: release(), iproute2, shaping };
}

async function iproute2Version({ tc, env, timeoutMs }: ProbeTools): Promise<string> {
  try {
    const { stdout } = await run(tc, ['-V'], { env, timeout: timeoutMs });
    return /iproute2-([^\s,]+)/.exec(stdout)?.[1] ?? stdout.trim();
  } catch (cause) {
    throw netemErrors.error('tc-missing', `cannot start ${tc}: ${(cause as Error).message}`, { cause });
  }
}

async function probeShaping(tools: ProbeTools): Promise<Capability> {
  const refusal = await makeScratch(tools);
  if (refusal) return refusal;
  try {
    const { failures } = await tools.batch.run(
      [
        `qdisc add dev ${scratch} root handle 1: htb default 1`,
        `class add dev ${scratch} parent 1: classid 1:1 htb rate 1gbit quantum 60000`,
        `filter add dev ${scratch} parent 1: protocol all pref 1 u32 match u32 0 0 flowid 1:1`,
        `qdisc add dev ${scratch} parent 1:1 handle 10: netem delay 1ms rate 1tbit`,
      ].map((line) => tcCommand(...line.split(' '))),
    );
    const [failure] = failures;
    return failure ? unavailable(explainFailure(failure)) : { available: true };
  } finally {
    await removeScratch(tools);
  }
}

/** Undefined when the scratch device is there; else why it could not be. */
async function makeScratch(tools: ProbeTools): Promise<Capability | undefined> {
  await removeScratch(tools);
  let reason = '';
  for (const kind of scratchKinds) {
    try {
      await ip(tools, 'add', scratch, 'type', kind);
      return undefined;
    } catch (error) {
      const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
      if (code === 'ENOENT') return unavailable(netemErrors.error('ip-missing', 'there is no program ip'));
      reason = (stderr ?? message).trim();
    }
  }
  const code = reason.includes('not permitted') ? 'no-permission' : 'kernel-lacks';
  return unavailable(netemErrors.error(code, `ip link add ${scratch}: ${reason}`));
}

/** Also what an agent that was killed in its probe left behind. Nothing there is as good. */
async function removeScratch(tools: ProbeTools): Promise<void> {
  await ip(tools, 'del', scratch).catch(() => undefined);
}

async function ip({ env, timeoutMs }: ProbeTools, ...words: readonly string[]): Promise<void> {
  await run('ip', ['link', ...words], { env, timeout: timeoutMs });
}

function unavailable({ code, detail, hint }: { code: string; detail: string; hint: string }): Capability {
  return { available: false, code, reason: detail, hint };
}
