import {
  addresses,
  clear,
  command,
  faultsFor,
  makeDriver,
  makeWire,
  median,
  say,
  treeOn,
  type Wire,
} from './bed';

export interface LookUpRow {
  readonly targets: number;
  /** Of a ping to a peer that meets no fault. Microseconds. */
  readonly roundTripUs: number;
  /** Beside the wire that has no tree. */
  readonly addedUs: number;
}

const sizes = [0, 1, 1_000, 10_000, 60_000];
const rounds = 9;
const pings = 500;

/** What a tree costs a packet that it lets pass: wires side by side, asked in turns; the median of the rounds' averages. */
export async function benchLookUp(): Promise<readonly LookUpRow[]> {
  const wires = sizes.map((_, index) => makeWire(100 + index));
  // The faster one builds; what stands in the kernel then is the same.
  const driver = makeDriver('netlink');
  try {
    for (const [index, wire] of wires.entries()) {
      const targets = sizes[index] ?? 0;
      // One that has the peer's bucket for its own: the longest way through the look-up.
      const near = `11.9.${wire.peerAddress.split('.').slice(2).join('.')}`;
      if (targets > 0) await driver.apply(treeOn(wire, faultsFor([near, ...addresses(targets - 1)])));
      say(`${targets} targets stand`);
    }
    const times = wires.map((): number[] => []);
    for (let round = 0; round < rounds; round += 1) {
      // Each round begins with another one: the first after a pause finds cold caches.
      const order = wires.map((_, turn) => (round + turn) % wires.length);
      for (const index of order) times[index]?.push(averageUs(wires[index]!));
      say(`round trips: round ${round + 1} of ${rounds}`);
    }
    const trips = times.map(median);
    return sizes.map((targets, index) => {
      const roundTripUs = trips[index] ?? NaN;
      return { targets, roundTripUs, addedUs: roundTripUs - (trips[0] ?? NaN) };
    });
  } finally {
    for (const wire of wires) {
      await clear(driver, wire);
      wire.remove();
    }
    driver.close();
  }
}

function averageUs({ peerAddress }: Wire): number {
  const output = command('ping', '-n', '-q', '-f', '-c', String(pings), peerAddress);
  return Number(/= [0-9.]+\/([0-9.]+)\//.exec(output)?.[1]) * 1000;
}
