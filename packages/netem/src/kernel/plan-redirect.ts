import { guestHookPref, ingressDevice, ownHookPref } from './handles';
import { matchAll } from './ladder';
import type { ObservedFilter, ObservedHook } from './observed';
import type { FilterPlace, Operation } from './operation';

const ownPrefs: readonly number[] = [ownHookPref, guestHookPref];

/** The filters of the ingress hook that stand where podlag's does. */
export function redirectsOf(hook: ObservedHook): readonly ObservedFilter[] {
  return hook.filters.filter(({ pref }) => ownPrefs.includes(pref));
}

/** True when what comes in to `device` is led to its IFB, by one filter and no other of ours. */
export function isRedirected(device: string, hook: ObservedHook): boolean {
  // The pref itself is listed as a filter without keys by some readers.
  const there = redirectsOf(hook).filter(({ u32, kind }) => u32 !== undefined || kind !== 'u32');
  return there.length === 1 && there.every((filter) => leadsEverything(filter, ingressDevice(device)));
}

function leadsEverything({ protocol, u32 }: ObservedFilter, to: string): boolean {
  return protocol === 'all' && u32?.redirect === to && u32.keys.every(({ mask }) => mask === 0);
}

/** Leads what comes in to the IFB device. A hook that is there already is shared with whoever made it. */
export function planRedirect(device: string, hook: ObservedHook): readonly Operation[] {
  if (isRedirected(device, hook)) return [];
  const there = redirectsOf(hook);
  const own = hook.qdisc === undefined || there.some(({ pref }) => pref === ownHookPref);
  return [
    ...(hook.qdisc === undefined ? [clsact(device, 'add')] : []),
    ...removeRedirects(device, hook),
    {
      ...hookPlace(device, own ? ownHookPref : guestHookPref),
      kind: 'u32',
      verb: 'add',
      handle: { table: 'root', bucket: 0, node: 1 },
      keys: matchAll,
      target: { redirect: ingressDevice(device) },
    },
  ];
}

/**
 * Filters of others at the ingress hook that keep packets from the redirect, or that it keeps packets from: one sentence
 * for each. They are nobody's mistake, and stay.
 */
export function redirectCautions(device: string, hook: ObservedHook): readonly string[] {
  const [redirect] = redirectsOf(hook);
  if (!redirect) return [];
  const others = hook.filters.filter(({ pref }) => !ownPrefs.includes(pref));
  const cautions = others.map(({ pref, kind }) => {
    const filter = `${device}, ingress: the filter at pref ${pref} (${kind}), which podlag did not make,`;
    return pref < redirect.pref
      ? `${filter} comes before podlag's redirect (pref ${redirect.pref}) and may take packets past every fault.`
      : `${filter} comes after podlag's redirect (pref ${redirect.pref}) and sees no packet while there is one.`;
  });
  return [...new Set(cautions)];
}

/** What comes in is left alone again. A clsact qdisc of podlag's own goes too, unless somebody else uses it by now. */
export function planHookRemoval(device: string, hook: ObservedHook): readonly Operation[] {
  const there = redirectsOf(hook);
  const made = there.some(({ pref }) => pref === ownHookPref);
  const others = hook.filters.length - there.length + hook.egressFilters.length;
  return [
    ...removeRedirects(device, hook),
    ...(made && others === 0 && hook.qdisc === 'clsact' ? [clsact(device, 'delete')] : []),
  ];
}

function removeRedirects(device: string, hook: ObservedHook): readonly Operation[] {
  const found = new Map(redirectsOf(hook).map(({ pref, protocol }) => [pref, protocol]));
  return [...found].map(([pref, protocol]) => ({
    ...hookPlace(device, pref),
    protocol: protocol as FilterPlace['protocol'],
    kind: 'pref',
    verb: 'delete',
  }));
}

function hookPlace(device: string, pref: number): FilterPlace {
  return { device, parent: 'ingress', pref, protocol: 'all' };
}

function clsact(device: string, verb: 'add' | 'delete'): Operation {
  const spec = verb === 'add' ? ({ kind: 'clsact' } as const) : undefined;
  return { kind: 'qdisc', verb, device, parent: 'clsact', handle: undefined, spec };
}
