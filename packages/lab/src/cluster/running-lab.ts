import { runProgram, type ProgramResult } from '../kernel/run-program';
import type { CleanUp } from './clean-up';
import type { Lab, LabPod } from './lab';
import { labErrors } from './lab-errors';
import { parsePings, pingCommand, type PingResult } from './ping';
import type { Node } from './start-pod';

interface LabParts {
  readonly id: string;
  readonly node: Node;
  readonly pods: readonly LabPod[];
  readonly passedOver: readonly string[];
  readonly cleanUp: CleanUp;
}

/** The pods of a lab, once they run. */
export class RunningLab implements Lab {
  readonly id: string;
  readonly directory: string;
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly pods: readonly LabPod[];
  readonly passedOver: readonly string[];
  readonly #path: string;
  readonly #cleanUp: CleanUp;

  constructor({ id, node, pods, passedOver, cleanUp }: LabParts) {
    this.id = id;
    this.directory = node.directory;
    this.nodeName = node.name;
    this.nodeIp = node.ip;
    this.pods = pods;
    this.passedOver = passedOver;
    this.#path = node.path;
    this.#cleanUp = cleanUp;
  }

  pod(name: string): LabPod {
    const found = this.pods.find((pod) => pod.name === name);
    if (found !== undefined) return found;
    throw labErrors.error('unknown-pod', `there is no pod ${JSON.stringify(name)}`, {
      hint: `The pods are ${this.pods.map((pod) => pod.name).join(', ')}.`,
    });
  }

  exec(from: string, argv: readonly [string, ...string[]]): Promise<ProgramResult> {
    const [program, ...args] = this.command(from, argv);
    return runProgram(program, args, { env: { PATH: this.#path } });
  }

  async ping(from: string, toIp: string, count: number): Promise<PingResult> {
    const { stdout } = await this.exec(from, pingCommand(toIp, count));
    return parsePings(stdout);
  }

  close(): Promise<void> {
    return this.#cleanUp.run();
  }

  /** The command line by which `argv` runs in a pod's network. */
  command(from: string, argv: readonly [string, ...string[]]): readonly [string, ...string[]] {
    if (from === 'node') return argv;
    const { netns } = this.pod(from);
    // A pod on the host network has the node's.
    return netns === undefined ? argv : ['ip', 'netns', 'exec', netns, ...argv];
  }
}
