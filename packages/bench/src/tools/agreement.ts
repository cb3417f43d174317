import { unreadable } from './unreadable';

/** Two ways in which one output tells the same thing. */
export interface Agreement {
  /** The tool's own word for what is checked. */
  readonly field: string;
  readonly is: number;
  /** What its other figures come to. */
  readonly shouldBe: number;
  /** How far apart they may be, as a share of the larger; default 0. */
  readonly tolerance?: number;
}

/**
 * A parser that takes the wrong column still finds a number there. What an output says twice is therefore compared, and
 * what was asked of the tool with what it says that it did.
 *
 * @throws PodlagError `unreadable-output`, with the first that do not agree
 */
export function mustAgree(tool: string, agreements: readonly Agreement[]): void {
  for (const { field, is, shouldBe, tolerance = 0 } of agreements) {
    const apart = Math.abs(is - shouldBe);
    if (apart > tolerance * Math.max(Math.abs(is), Math.abs(shouldBe))) {
      throw unreadable(
        tool,
        field,
        `is ${is}, where ${shouldBe} would fit what was asked and the other figures`,
      );
    }
  }
}

/**
 * Figures in the order in which they have to be, smallest first.
 *
 * @throws PodlagError `unreadable-output`, with the first that is out of order
 */
export function mustAscend(tool: string, figures: Readonly<Record<string, number>>): void {
  let last: [string, number] | undefined;
  for (const [field, value] of Object.entries(figures)) {
    if (last !== undefined && value < last[1]) {
      throw unreadable(tool, field, `is ${value}, which is less than ${last[0]}, ${last[1]}`);
    }
    last = [field, value];
  }
}

/** A tool may end late, when the last bytes take their time, but not early: then it did not measure what was asked. */
const leastShareOfTime = 0.9;

/** @throws PodlagError `unreadable-output` when a tool measured for less time than it should */
export function mustHaveLasted(tool: string, field: string, seconds: number, asked: number): void {
  if (seconds >= leastShareOfTime * asked) return;
  throw unreadable(tool, field, `says ${seconds} s, of ${asked} s that were asked for`);
}
