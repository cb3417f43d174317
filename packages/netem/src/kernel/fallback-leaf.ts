import type { Rate } from '@podlag/core';
import { netemErrors } from '../netem-errors';
import type { Profile } from '../profile/profile';
import { queueLimit } from '../profile/queue-limit';
import type { BpfInstruction } from './operation';

/** What HTB and cls_bpf can do of a profile, where the kernel has no netem. */
export interface FallbackLeaf {
  /** Takes what is lost; absent when nothing is. */
  readonly program: readonly BpfInstruction[] | undefined;
  /** Absent: as fast as the device. */
  readonly rate: Rate | undefined;
  /** Of the queue, in packets. */
  readonly limit: number;
}

/** linux/filter.h: load a word at an absolute place; SKF_AD_OFF + SKF_AD_RANDOM reads a random one. */
const loadRandom: BpfInstruction = { code: 0x20, jt: 0, jf: 0, k: 0xfffff038 };
const ret = (k: number): BpfInstruction => ({ code: 0x06, jt: 0, jf: 0, k });

/** TC_ACT_STOLEN and not SHOT: the sender is told of the latter, and a lost packet is lost in silence. */
const steal = ret(4);
/** TC_ACT_UNSPEC: go on as if there were no filter. */
const goOn = ret(0xffffffff);

/**
 * Loss, partition and rate of a profile.
 *
 * @throws PodlagError `netem-missing` for a loss that is more than a ratio
 */
export function fallbackLeaf(profile: Profile): FallbackLeaf {
  return { program: lossProgram(profile), rate: profile.rate, limit: queueLimit(profile) };
}

function lossProgram({ loss }: Profile): FallbackLeaf['program'] {
  if (loss.kind !== 'random') {
    throw netemErrors.error('netem-missing', `loss by the model ${loss.kind} needs netem`);
  }
  const threshold = Math.round(loss.ratio.fraction * 2 ** 32);
  if (threshold === 0) return undefined;
  if (threshold >= 2 ** 32) return [steal];
  // BPF_JMP | BPF_JGE | BPF_K: from the threshold on, over the theft.
  return [loadRandom, { code: 0x35, jt: 1, jf: 0, k: threshold }, steal, goOn];
}
