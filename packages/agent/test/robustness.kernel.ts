import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { call, type Reply } from '../src/testing';
import { AgentBed, newRunDirectory } from './agent-bed';

// The agent, the tc that it has started, or both are killed at any moment of a sequence of changes.

jest.setTimeout(300_000);

const moments = 200;
/** Who is killed, by the way to the kernel: only one of them has a child. */
const victims = { tc: ['agent', 'tc', 'tc', 'both'], netlink: ['agent'] } as const;
/** A change takes a few milliseconds here; so moments fall before, within and after it. */
const withinMs = 15;
/** Printed; another one each time. Write it here to have a sequence again. */
const seed = Date.now() % 1_000_000;

const compileCache = join(newRunDirectory(), 'compiled');

let bed: AgentBed;

beforeAll(() => {
  bed = new AgentBed();
});
afterAll(async () => {
  await bed.clear();
  await bed.remove();
});

type Documents = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface FaultSetBody {
  readonly faults: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[];
  readonly expiresAt: Readonly<Record<string, string>>;
}

const ask = (path: string, options?: Parameters<typeof call>[1]): Promise<Reply> =>
  call(`http://127.0.0.1:2332${path}`, options);
const put = (path: string, body: unknown): Promise<Reply> =>
  ask(path, {
    method: 'PUT',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

/** Mulberry32: the same sequence for a seed. */
function randomNumbers(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const random = randomNumbers(seed);
const oneOf = <T>(values: readonly T[]): T => values[random(values.length)]!;

function randomFault(): Record<string, unknown> {
  const everybody = random(3) === 0;
  return {
    delay: { time: `${1 + random(50)}ms` },
    direction: oneOf(['egress', 'egress', 'ingress', 'both']),
    ...(random(3) === 0 ? { loss: { ratio: '1%' } } : {}),
    ...(everybody ? {} : { to: [{ cidr: `10.99.${random(4)}.0/${oneOf([24, 25, 32])}` }] }),
    ...(random(4) === 0 ? { ttl: `${200 + random(400)}ms` } : {}),
  };
}

/** One change: how it is asked for, and what the set is afterwards. */
interface Change {
  readonly ask: () => Promise<Reply>;
  readonly after: Documents;
}

function randomChange(before: Documents): Change {
  const name = oneOf(['a', 'b', 'c']);
  if (random(4) === 0 && name in before) {
    const others = Object.fromEntries(Object.entries(before).filter(([other]) => other !== name));
    return { ask: () => ask(`/v1/faults/${name}`, { method: 'DELETE' }), after: others };
  }
  const fault = randomFault();
  return { ask: () => put(`/v1/faults/${name}`, fault), after: { ...before, [name]: fault } };
}

const kill = (pids: readonly number[]): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It has just ended by itself.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
};

/** What the agent says is set, in the words in which it was asked for. */
async function setFaults(): Promise<FaultSetBody> {
  return (await ask('/v1/faults')).body as FaultSetBody;
}

const namesOf = (documents: Documents): readonly string[] => Object.keys(documents).sort();

/** The set is one of those that may be, but for what has expired meanwhile. */
function expectOneOf({ faults }: FaultSetBody, candidates: readonly Documents[]): void {
  const found = Object.fromEntries(faults.map(({ name, ...document }) => [name, document]));
  const fits = candidates.some((documents) =>
    namesOf({ ...documents, ...found }).every((name) => {
      if (name in found && !(name in documents)) return false;
      if (!(name in found)) return documents[name]?.ttl !== undefined;
      return JSON.stringify(sorted(found[name]!)) === JSON.stringify(sorted(documents[name]!));
    }),
  );
  if (!fits) throw new Error(`${JSON.stringify(found)} is none of ${JSON.stringify(candidates)}`);
}

/** In one order and one way of writing. */
function sorted(document: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(document).sort(([one], [other]) => one.localeCompare(other));
}

/** Asks again until the kernel agrees: after a tc was killed the next change or look repairs. */
async function expectAgreement(): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const { status, body } = await ask('/v1/state');
    const { drift } = body as { drift?: readonly unknown[] };
    if (status === 200 && drift?.length === 0) return;
    if (Date.now() > deadline) throw new Error(`no agreement: ${JSON.stringify(body)}`);
    await after(50);
  }
}

test.each([
  ['tc', moments / 2],
  ['netlink', moments / 2],
] as const)(
  `by %s: after each of %i kills the kernel is as the agent says, and that is what was last asked (seed ${seed})`,
  async (driver, kills) => {
    process.stdout.write(`robustness: ${driver}, seed ${seed}\n`);
    await bed.clear();
    const runDirectory = newRunDirectory();
    // It is started more than a hundred times; the cache takes half off each start.
    const env = {
      PODLAG_DRIVER: driver,
      PODLAG_DRIFT_CHECK_INTERVAL: '500ms',
      NODE_COMPILE_CACHE: compileCache,
    };
    const start = (): Promise<void> => bed.start(env, runDirectory);
    await start();
    let known: Documents = {};
    for (let moment = 0; moment < kills; moment += 1) {
      const change = randomChange(known);
      const victim = oneOf<'agent' | 'tc' | 'both'>(victims[driver]);
      const children = bed.childPids;
      expect(children.length > 0).toBe(driver === 'tc');
      const asked = change.ask().catch(() => undefined);
      await after(random(withinMs));
      if (victim !== 'agent') kill(children);
      if (victim !== 'tc') await bed.stop('SIGKILL');
      const answered = (await asked)?.status === 200;
      if (victim !== 'tc') await start();
      await expectAgreement();
      const now = await setFaults();
      expectOneOf(now, answered ? [change.after] : [known, change.after]);
      expect(Object.values(now.expiresAt).filter((time) => Date.parse(time) < Date.now() - 1_000)).toEqual(
        [],
      );
      known = Object.fromEntries(now.faults.map(({ name, ...document }) => [name, document]));
    }
    await expectExpiry();
  },
);

/** In the end all that had a time to live is gone, from the set and from the kernel. */
async function expectExpiry(): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Object.keys((await setFaults()).expiresAt).length > 0) {
    expect(Date.now()).toBeLessThan(deadline);
    await after(100);
  }
  await expectAgreement();
}

test('what the last agent leaves is taken away by the next one', async () => {
  expect((await ask('/v1/faults', { method: 'DELETE' })).status).toBe(200);
  await expectAgreement();
  const sides = readdirSync('/sys/class/net').filter((device) => device.startsWith('plg-'));
  expect(sides.length).toBeLessThanOrEqual(1);
});
