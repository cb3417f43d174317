import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../kernel/run-program';
import { firstFreeSubnet, requireOwnNetwork } from './addresses';
import { labErrors } from './lab-errors';
import { networkPlan, nodeCommands, podCommands, removalCommands, type NetworkPlan } from './network-plan';

/**
 * The network of one lab in the kernel. The network namespace that the caller is in becomes the node.
 *
 * @throws PodlagError `not-in-lab` where that is the machine's own
 */
export class PodLan {
  private constructor(
    readonly plan: NetworkPlan,
    private readonly directory: string,
  ) {}

  static async create(labId: string, podNames: readonly string[], directory: string): Promise<PodLan> {
    const addresses = addressesInUse();
    requireOwnNetwork(addresses);
    const subnet = firstFreeSubnet(addresses);
    const plan = networkPlan(labId, podNames, { subnet, ipv6: existsSync('/proc/sys/net/ipv6') });
    const lan = new PodLan(plan, directory);
    try {
      await lan.batch([], 'node', nodeCommands(plan));
      for (const pod of plan.pods.values())
        await lan.batch(['-n', pod.netns], pod.netns, podCommands(plan, pod));
    } catch (error) {
      await lan.remove();
      throw error;
    }
    return lan;
  }

  /** Takes away what is there of it. */
  async remove(): Promise<void> {
    const file = await this.write('removal', removalCommands(this.plan));
    await runProgram('ip', ['-force', '-batch', file]);
  }

  /** One process for many commands: to start one takes longer than what it does. */
  private async batch(options: readonly string[], name: string, lines: readonly string[]): Promise<void> {
    const { code, stderr } = await runProgram('ip', [...options, '-batch', await this.write(name, lines)]);
    if (code !== 0)
      throw labErrors.error('program-failed', `ip could not lay out the network: ${stderr.trim()}`);
  }

  private async write(name: string, lines: readonly string[]): Promise<string> {
    const file = join(this.directory, `${name}.ip`);
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    return file;
  }
}

function addressesInUse(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  );
}
