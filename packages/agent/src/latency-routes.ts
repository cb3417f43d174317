import { Duration } from '@podlag/core';
import type { Answer, Route } from './answer';
import { hold, withFault, withoutFault } from './fault-set';
import { observedDelay } from './observed-view';
import { latencyFault, latencyFaultName } from './restore';
import type { Shaper } from './shaper';

/** The short way: one delay for everybody, by a GET that a person can type. */
export function latencyRoutes(shaper: Shaper): readonly Route[] {
  return [
    { method: 'get', path: '/latency', handle: () => readLatency(shaper) },
    {
      method: 'get',
      path: '/latency/:duration',
      handle: (request) => setLatency(shaper, Duration.parse(request.params.duration, 'latency')),
    },
  ];
}

/** `0ms` takes the latency away, and is fine when there is none. Other faults stay as they are. */
async function setLatency(shaper: Shaper, latency: Duration): Promise<Answer> {
  const fault = latencyFault(latency);
  const { decisive } = await shaper.change((faults, now) =>
    latency.isZero ? withoutFault(faults, latencyFaultName) : withFault(faults, hold(fault, now)),
  );
  const text = latency.toString();
  return {
    body: { 'tc command': decisive ?? '', latency: text },
    text: latency.isZero ? 'latency removed' : `latency set to ${text}`,
  };
}

async function readLatency(shaper: Shaper): Promise<Answer> {
  const { observed } = await shaper.read();
  const latency = observedDelay(observed).toString();
  return { body: { latency, device: shaper.device, faults: [...shaper.faults.keys()] }, text: latency };
}
