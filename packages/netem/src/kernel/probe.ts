import { release } from 'node:os';
import { Duration, Ratio, type PodlagError } from '@podlag/core';
import {
  faultKinds,
  type Capabilities,
  type Capability,
  type FaultKind,
  type KindCapability,
} from '../capabilities';
import type { Profile } from '../profile/profile';
import { probeClasses, probeOperations as operations, type ProbeDevices } from './probe-operations';
import type { OperationFailure, Transport } from './transport';

/** What a transport knows of itself. */
export type ProbedTransport = Pick<
  Capabilities,
  'driver' | 'iproute2' | 'timeStepNanoseconds' | 'longestTimeNanoseconds'
>;

/** Where things are tried out. */
export interface ProbeBench {
  readonly transport: Pick<Transport, 'run' | 'readQdiscs'>;
  /**
   * Makes a device of this kind, that no packet ever goes through; undefined when it is there, else why not. The device
   * is taken away again as a link is.
   */
  readonly addScratch: (device: string, kind: string) => Promise<PodlagError | undefined>;
  readonly knows: ProbedTransport;
}

/** Not the names of anybody's devices; at most 15 characters (IFNAMSIZ). */
const devices: ProbeDevices = { scratch: 'podlag-probe', ingress: 'podlag-probe-i' };

/**
 * Tries everything on devices made for it: no guess from the kernel's version, which says nothing of how it was built,
 * and no test on the pod's own device, which would touch its traffic.
 */
export async function probe(bench: ProbeBench): Promise<Capabilities> {
  const { transport } = bench;
  const remove = operations.removeLinks(devices);
  // Also what an agent that was killed in its probe left behind.
  await transport.run(remove);
  try {
    const refused = await makeScratch(bench);
    const found = refused ? nothing(unavailable(refused)) : await tryAll(bench);
    return { kernel: release(), longestJitterNanoseconds, ...bench.knows, ...found };
  } finally {
    await transport.run(remove);
  }
}

/** Kinds of link that need no other device, the plainest first. A node that runs pods has at least veth. */
const scratchKinds = ['dummy', 'veth', 'ifb', 'bridge'];

async function makeScratch({ addScratch }: ProbeBench): Promise<PodlagError | undefined> {
  let refusal: PodlagError | undefined;
  for (const kind of scratchKinds) {
    refusal = await addScratch(devices.scratch, kind);
    if (!refusal || refusal.code === 'ip-missing') return refusal;
  }
  return refusal;
}

/** What tabledist() of sch_netem.c can reckon with: a signed number of 32 bits. */
const longestJitterNanoseconds = 2 ** 31 - 1;

type Found = Omit<Capabilities, 'kernel' | 'longestJitterNanoseconds' | keyof ProbedTransport>;

function nothing(reason: Unavailable): Found {
  return {
    ...{ tree: reason, netem: reason, ingress: reason, duplicateBesideOthers: reason },
    kinds: kindsOf(() => reason),
  };
}

async function tryAll({ transport }: ProbeBench): Promise<Found> {
  const attempt = async (wanted: Parameters<Transport['run']>[0]): Promise<Capability> =>
    capabilityOf(await transport.run(wanted));
  const tree = await attempt(operations.tree(devices));
  if (!tree.available) return nothing(tree);
  const netem = await attempt(operations.leaf(devices, probeClasses[0], plain));
  const ingress = await attempt(operations.ingress(devices));
  if (!netem.available) {
    const bpf = await attempt(operations.fallbackLeaf(devices, probeClasses[1]));
    return { tree, netem, ingress, duplicateBesideOthers: netem, kinds: kindsWithoutNetem(netem, bpf) };
  }
  const duplicateBesideOthers = await tryDuplicates(attempt);
  const seed = await trySeed(transport);
  const kinds = kindsOf((kind) => (kind === 'seed' ? byNetem(seed) : { available: true, path: 'netem' }));
  return { tree, netem, ingress, duplicateBesideOthers, kinds };
}

/** Some kernels refuse the leaf that duplicates when others are there, and others beside one that does. */
async function tryDuplicates(
  attempt: (wanted: Parameters<Transport['run']>[0]) => Promise<Capability>,
): Promise<Capability> {
  const [first, second] = probeClasses;
  for (const [before, after] of [
    [plain, duplicating],
    [duplicating, plain],
  ] as const) {
    await attempt([operations.removeLeaf(devices, first), operations.removeLeaf(devices, second)]);
    const answer = await attempt([
      ...operations.leaf(devices, first, before),
      ...operations.leaf(devices, second, after),
    ]);
    if (!answer.available) return { ...answer, hint: duplicateHint };
  }
  return { available: true };
}

const duplicateHint =
  'This kernel lets no netem that duplicates stand beside another one: give all faults of the direction the same targets, or leave duplicate out.';

/** A kernel that does not know the seed takes it and forgets it: what it shows afterwards is what counts. */
async function trySeed(transport: ProbeBench['transport']): Promise<Capability> {
  const failures = await transport.run([
    operations.removeLeaf(devices, probeClasses[0]),
    ...operations.leaf(devices, probeClasses[0], { ...plain, seed: probedSeed }),
  ]);
  const { qdiscs } = await transport.readQdiscs(devices.scratch);
  if (qdiscs.some(({ netem }) => netem?.seed === BigInt(probedSeed))) return { available: true };
  return {
    available: false,
    code: 'kernel-lacks',
    reason: failures[0]?.error.detail ?? 'netem does not show the seed that it was given',
    hint: 'A seed needs Linux 6.6 and, with the tc driver, iproute2 6.6; or leave seed out.',
  };
}

const probedSeed = 2332;

type Unavailable = Extract<Capability, { readonly available: false }>;

function kindsOf(answer: (kind: FaultKind) => KindCapability): Capabilities['kinds'] {
  return Object.fromEntries(faultKinds.map((kind) => [kind, answer(kind)])) as Record<
    FaultKind,
    KindCapability
  >;
}

/** Packets can be counted out by a filter and slowed by HTB; held back or altered only by netem. */
function kindsWithoutNetem(netem: Unavailable, bpf: Capability): Capabilities['kinds'] {
  return kindsOf((kind) => {
    if (kind === 'rate') return { available: true, path: 'htb' };
    if (kind !== 'loss' && kind !== 'partition') return netem;
    return bpf.available ? { available: true, path: 'cls_bpf' } : netem;
  });
}

function byNetem(capability: Capability): KindCapability {
  return capability.available ? { available: true, path: 'netem' } : capability;
}

function capabilityOf([failure]: readonly OperationFailure[]): Capability {
  return failure ? unavailable(failure.error) : { available: true };
}

function unavailable({ code, detail, hint }: PodlagError): Unavailable {
  return { available: false, code, reason: detail, hint };
}

const never = { ratio: Ratio.zero, correlation: Ratio.zero };

/** The least that a leaf can do. */
const plain: Profile = {
  delay: {
    time: Duration.ofNanoseconds(1_000_000),
    jitter: Duration.zero,
    correlation: Ratio.zero,
    shape: undefined,
  },
  loss: { kind: 'random', ...never },
  duplicate: never,
  corrupt: never,
  reorder: { ...never, gap: 1 },
  rate: undefined,
  seed: undefined,
};

const duplicating: Profile = {
  ...plain,
  duplicate: { ratio: Ratio.ofFraction(0.01), correlation: Ratio.zero },
};
