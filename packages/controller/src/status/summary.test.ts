import type { ParsedFaultSpec, ParsedNetworkFault } from '@podlag/api';
import { Duration, parseCidr, Ratio } from '@podlag/core';
import type { SeenObject } from '../world/custom-objects';
import { summaryOf } from './summary';

const base: ParsedFaultSpec = { selector: {}, mode: { kind: 'all' }, effects: {}, direction: 'egress' };
const delay = { time: Duration.parse('20ms') };

function fault(spec: Partial<ParsedFaultSpec>): SeenObject {
  const parsed: ParsedNetworkFault = {
    ...{ namespace: 'shop', name: 'slow', uid: 'u', generation: 1, suspend: false },
    fault: { ...base, ...spec },
    ttl: Duration.parse('1m'),
  };
  const object = { metadata: { name: 'slow' }, spec: { selector: {} } };
  return { kind: 'networkfault', key: 'networkfault/shop/slow', object, parsed };
}

test.each<[string, Partial<ParsedFaultSpec>]>([
  ['delay 20ms to everybody', { effects: { delay } }],
  ['delay 20ms to service pd', { effects: { delay }, to: [{ kind: 'service', name: 'pd' }] }],
  ['delay 20ms rtt to and from everybody', { effects: { delay: { rtt: delay.time } }, direction: 'both' }],
  [
    'loss 1%, partition from 10.0.0.0/8 port 2379 and 1 more',
    {
      effects: { loss: { ratio: Ratio.parse('1%') }, partition: true },
      direction: 'ingress',
      to: [
        { kind: 'cidr', cidr: parseCidr('10.0.0.0/8'), ports: [{ first: 2379, last: 2379 }] },
        { kind: 'everybody', protocol: 'udp' },
      ],
    },
  ],
  [
    'delay 20ms to pods app=pd',
    { effects: { delay }, to: [{ kind: 'pods', selector: { matchLabels: { app: 'pd' } } }] },
  ],
])('%s', (summary, spec) => {
  expect(summaryOf(fault(spec))).toBe(summary);
});
