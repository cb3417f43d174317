import { isDeepStrictEqual } from 'node:util';
import { Duration } from '@podlag/core';
import { classidOf, passMinor, type Profile, type QdiscTree } from '@podlag/netem';
import type { Request } from 'express';
import type { Answer, Route } from './answer';
import { previewed } from './fault-routes';
import { hold, withFault, withoutFault } from './fault-set';
import { everybodyPref, observedDelay } from './observed-view';
import { askedChange } from './query';
import { latencyFault, latencyFaultName } from './restore';
import type { Changed, Step } from './change';
import type { Shaper } from './shaper';

/** The short way: one delay for everybody, by a GET that a person can type. */
export function latencyRoutes(shaper: Shaper): readonly Route[] {
  return [
    { method: 'get', path: '/latency', handle: () => readLatency(shaper) },
    { method: 'get', path: '/latency/:duration', handle: (request) => setLatency(shaper, request) },
  ];
}

/** `0ms` takes the latency away, and is fine when there is none. Other faults stay as they are. */
async function setLatency(shaper: Shaper, request: Request): Promise<Answer> {
  const latency = Duration.parse(request.params.duration, 'latency');
  const fault = latencyFault(latency);
  const { dryRun, drain } = askedChange(request);
  const step: Step = (faults, now) =>
    latency.isZero ? withoutFault(faults, latencyFaultName) : withFault(faults, hold(fault, now));
  if (dryRun) return previewed(shaper, step);
  const command = commandForEverybody(await shaper.change(step, { drain }));
  const text = latency.toString();
  return {
    body: { 'tc command': command ?? '', latency: text },
    text: latency.isZero ? 'latency removed' : `latency set to ${text}`,
  };
}

/**
 * The command that gave packets to nobody in particular what they get now. Undefined where they get what they got
 * before, as behind a partition, whatever else was done.
 */
function commandForEverybody({ commands, from, to }: Changed): string | undefined {
  const shaped = everybodyIn(to);
  if (isDeepStrictEqual(everybodyIn(from).profile, shaped.profile)) return undefined;
  const [leaf, filter] = [` parent ${shaped.classid} `, ` parent 1: pref ${everybodyPref} `];
  const onDevice = commands.filter((command) => command.includes(` dev ${to.device} `));
  const last = (kind: string, words: string): string | undefined =>
    onDevice.findLast((command) => command.startsWith(`tc ${kind} `) && command.includes(words));
  return last('qdisc', leaf) ?? last('filter', filter);
}

function everybodyIn({ egress }: QdiscTree): { readonly classid: string; readonly profile?: Profile } {
  const minor = egress?.rules.everybody ?? passMinor;
  const profile = egress?.classes.find((one) => one.minor === minor)?.profile;
  return { classid: classidOf(minor), ...(profile && { profile }) };
}

async function readLatency(shaper: Shaper): Promise<Answer> {
  const { observed } = await shaper.read();
  const latency = observedDelay(observed?.egress).toString();
  return { body: { latency, device: shaper.device, faults: [...shaper.faults.keys()] }, text: latency };
}
