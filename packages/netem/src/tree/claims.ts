import type { Fault, PortRange, Protocol, Target } from '@podlag/core';
import type { Verdict } from './rules';
import { verdictOf, type Portful, type PortStep } from './verdict';

/** What a target says of the packets in its block: that a fault means them, or excepts them. */
export interface Claim {
  /** The index of the fault. */
  readonly fault: number;
  readonly isException: boolean;
  readonly protocol: Protocol | undefined;
  readonly ports: readonly PortRange[] | undefined;
}

export function claimOf(fault: number, { protocol, ports }: Target, isException: boolean): Claim {
  return { fault, isException, protocol, ports };
}

/** The names of the faults that a packet meets, sorted, as one word; empty when it meets none. Names have no `+`. */
export function keyOf(names: readonly string[]): string {
  return names.join('+');
}

/** The inverse of `keyOf`. */
export function namesOf(key: string): readonly string[] {
  return key === '' ? [] : key.split('+');
}

/** The verdict for packets of which these claims are made, and no others. `faults` are sorted by name. */
export function verdictOfClaims(faults: readonly Fault[], claims: readonly Claim[]): Verdict<string> {
  return verdictOf({
    tcp: portful(faults, claims, 'tcp'),
    udp: portful(faults, claims, 'udp'),
    icmp: portless(faults, claims, 'icmp').key(),
    other: portless(faults, claims, undefined).key(),
  });
}

/** How many claims are made for and against each fault. */
class Tally {
  readonly #meant: Int32Array;
  readonly #excepted: Int32Array;

  constructor(private readonly faults: readonly Fault[]) {
    this.#meant = Int32Array.from(faults, ({ to }) => (to === undefined ? 1 : 0));
    this.#excepted = new Int32Array(faults.length);
  }

  add({ fault, isException }: Claim, count: 1 | -1): void {
    const counts = isException ? this.#excepted : this.#meant;
    counts[fault] = (counts[fault] ?? 0) + count;
  }

  key(): string {
    const met = this.faults.filter((_, index) => this.#meant[index] !== 0 && this.#excepted[index] === 0);
    return keyOf(met.map(({ name }) => name));
  }
}

function portless(faults: readonly Fault[], claims: readonly Claim[], protocol: Protocol | undefined): Tally {
  const tally = new Tally(faults);
  for (const claim of claims) {
    const fits = claim.protocol === undefined || claim.protocol === protocol;
    if (fits && claim.ports === undefined) tally.add(claim, 1);
  }
  return tally;
}

function portful(faults: readonly Fault[], claims: readonly Claim[], protocol: Protocol): Portful<string> {
  const tally = portless(faults, claims, protocol);
  const rest = tally.key();
  const events = claims
    .filter((claim) => claim.protocol === undefined || claim.protocol === protocol)
    .flatMap((claim) => (claim.ports ?? []).flatMap((range) => borders(claim, range)))
    .sort((one, other) => one.port - other.port);
  const steps: PortStep<string>[] = events[0]?.port === 0 ? [] : [{ first: 0, to: rest }];
  for (const [index, { port, claim, count }] of events.entries()) {
    tally.add(claim, count);
    const isLastHere = events[index + 1]?.port !== port;
    if (isLastHere && port <= 65_535) steps.push({ first: port, to: tally.key() });
  }
  return { portless: rest, steps };
}

interface Border {
  readonly port: number;
  readonly claim: Claim;
  readonly count: 1 | -1;
}

function borders(claim: Claim, { first, last }: PortRange): readonly Border[] {
  return [
    { port: first, claim, count: 1 },
    { port: last + 1, claim, count: -1 },
  ];
}
