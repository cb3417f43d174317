/** Documents of faults, and each is on its own a set that a user may ask for. */
export type FaultDocuments = readonly Record<string, unknown>[];

/** The same each time: a failure can be looked at again. mulberry32. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Sets of up to five faults whose targets are near each other, so that they nest and overlap. */
export function randomChanges(count: number, seed = 2332): readonly FaultDocuments[] {
  const below = randomNumbers(seed);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  const target = (): Record<string, unknown> => ({
    ...(below(6) === 0 ? { ports: [pick<number | string>([80, 443, '1-1023', '20160-20180'])] } : {}),
    cidr: pick([
      `10.100.${below(3)}.${below(4)}`,
      `10.100.${below(3)}.0/${pick([24, 26, 30])}`,
      pick(['10.100.0.0/16', '10.0.0.0/8', '0.0.0.0/1', '0.0.0.0/0']),
      `fd99:1::${below(4)}`,
      pick(['fd99:1::/64', 'fd99::/16', '::/0', 'fd99:1::/125']),
    ]),
    ...(below(5) === 0 ? { protocol: pick(['tcp', 'udp']) } : {}),
  });
  const targets = (): readonly Record<string, unknown>[] => Array.from({ length: 1 + below(4) }, target);
  const effect = (): Record<string, unknown> =>
    pick<Record<string, unknown>>([
      { delay: { time: `${1 + below(20)}ms` } },
      { loss: { ratio: `${1 + below(50)}%` } },
      { rate: `${1 + below(100)}mbit` },
      { corrupt: { ratio: '1%' } },
      { partition: true },
    ]);
  const fault = (name: number): Record<string, unknown> => ({
    name: `fault-${name}`,
    ...effect(),
    ...(below(5) === 0 ? {} : { to: targets() }),
    ...(below(4) === 0 ? { except: targets() } : {}),
    direction: pick(['egress', 'egress', 'ingress', 'both']),
  });
  const sets: FaultDocuments[] = [];
  let current: FaultDocuments = [];
  for (let index = 0; index < count; index += 1) {
    // Mostly one fault comes, goes or is another; now and then all of them.
    const name = below(5);
    const others = below(20) === 0 ? [] : current.filter((one) => one.name !== `fault-${name}`);
    current = below(3) === 0 ? others : [...others, fault(name)];
    sets.push(current);
  }
  return sets;
}
