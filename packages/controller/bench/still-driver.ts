import { FakeDriver, type Applied, type QdiscTree, type Reading } from '@podlag/netem';

/**
 * A driver for which every tree is in the kernel as soon as it is asked. A kernel in memory, as tests have it, takes ten
 * times what the agent takes, and a real one does it in another pod.
 */
export class StillDriver extends FakeDriver {
  override async apply(tree: QdiscTree): Promise<Applied> {
    const { observed } = await this.read(tree);
    return { commands: [], decisive: undefined, observed, leftovers: false };
  }

  override read(tree: QdiscTree): Promise<Reading> {
    const { observed, hook } = this.kernel.device(tree.device);
    return Promise.resolve({
      observed: { egress: observed, hook, ingress: undefined, ingressLink: undefined },
      ...{ differences: [], cautions: [] },
    });
  }

  override tidy(): Promise<boolean> {
    return Promise.resolve(true);
  }
}
