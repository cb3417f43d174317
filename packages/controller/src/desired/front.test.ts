import { parsePortRange } from '@podlag/core';
import { desired } from './desired';
import { Fronts } from './front';
import { objectsOf, planText } from './testing/plan-text';
import { faultOf, matrixOf, ms, namespace, podOf, worldOf } from './testing/small-world';
import type { ServiceEndpoints, World, WorldService } from './world';

const ports = [
  { name: 'client', port: 2379, protocol: 'tcp' as const },
  { name: 'dns', port: 5353, protocol: 'udp' as const },
];
const at = (addresses: string, more: Partial<ServiceEndpoints> = {}): ServiceEndpoints => ({
  addresses: addresses.split(' '),
  ports,
  ...more,
});
const serviceOf = (...endpoints: readonly ServiceEndpoints[]): WorldService => ({
  clusterIPs: ['10.96.0.5'],
  ports: [
    { name: 'dns', port: 53, protocol: 'udp' },
    { name: 'client', port: 80, targetPort: 'client', protocol: 'tcp' },
    { name: 'other', port: 90, targetPort: 9090, protocol: 'tcp' },
  ],
  endpoints,
});

const frontsOf = (service: WorldService, narrowing: Parameters<Fronts['before']>[1] = {}) =>
  new Fronts(new Map([['shop/pd', service]]))
    .before(new Set(['10.0.0.20', '10.0.0.21']), narrowing)
    .flatMap(({ entries }) => entries)
    .map(({ ports: ranges, protocol }) => `${protocol} ${ranges?.map(({ first }) => first).join()}`);

const all = ['tcp 80,90', 'udp 53'];

test.each<[string, WorldService, Parameters<Fronts['before']>[1], readonly string[]]>([
  [
    'whose endpoints are all there is a front, at its own ports',
    serviceOf(at('10.0.0.20 10.0.0.21')),
    {},
    all,
  ],
  ['with some of the pods behind it is one', serviceOf(at('10.0.0.20')), {}, all],
  ['that leads elsewhere too is none', serviceOf(at('10.0.0.20'), at('10.0.0.30')), {}, []],
  [
    'is not asked for endpoints that are not ready',
    serviceOf(at('10.0.0.20'), at('10.0.0.30', { notReady: true })),
    {},
    all,
  ],
  ['with nobody ready leads nowhere', serviceOf(at('10.0.0.20', { notReady: true })), {}, []],
  ['without endpoints leads nowhere', serviceOf(), {}, []],
  ['without a ClusterIP has none', { ...serviceOf(at('10.0.0.20')), clusterIPs: [] }, {}, []],
  [
    'is met where its target port is meant',
    serviceOf(at('10.0.0.20')),
    { ports: [parsePortRange('2000-3000')] },
    ['tcp 80'],
  ],
  ['is met where its protocol is meant', serviceOf(at('10.0.0.20')), { protocol: 'udp' }, ['udp 53']],
  ['has nothing for ICMP', serviceOf(at('10.0.0.20')), { protocol: 'icmp' }, []],
  ['has nothing at other ports', serviceOf(at('10.0.0.20')), { ports: [parsePortRange(80)] }, []],
])('a Service %s', (_, service, narrowing, expected) => {
  expect(frontsOf(service, narrowing)).toEqual(expected);
});

test('addresses are the same in any spelling', () => {
  const service = { ...serviceOf(at('FD00:0::1')), clusterIPs: ['FD00::00FE'] };
  const [front] = new Fronts(new Map([['shop/pd', service]])).before(new Set(['fd00::1']));
  expect(front?.entries[0]?.who).toEqual({ kind: 'addresses', addresses: new Set(['fd00::fe']) });
});

const a0 = podOf('a-0', '10.0.0.10');
const b0 = podOf('b-0', '10.0.0.20');
const b1 = podOf('b-1', '10.0.0.21');
const services = new Map([[`${namespace}/pd`, serviceOf(at('10.0.0.20 10.0.0.21'))]]);
const clusterIp = '10.96.0.5 :80,90 tcp + 10.96.0.5 :53 udp';

const plansOf = (spec: Parameters<typeof faultOf>[1], world: World = worldOf([a0, b0, b1], { services })) =>
  planText(desired(objectsOf({ networkFaults: [faultOf('slow', spec)] }), world, 0));

describe('a fault toward pods', () => {
  test.each<[string, Parameters<typeof faultOf>[1], readonly string[]]>([
    [
      'meets what is sent to them by way of a Service',
      { to: ['pods=b'] },
      [`a-0 slow.networkfault egress 20ms 10.0.0.20/31 + ${clusterIp}`],
    ],
    [
      'at a port meets the port of the Service that leads to it',
      { to: ['pods=b :2379'] },
      ['a-0 slow.networkfault egress 20ms 10.0.0.20/31 :2379 + 10.96.0.5 :80 tcp'],
    ],
    [
      'that are spared spares it too',
      { except: ['pods=b'] },
      [`a-0 slow.networkfault egress 20ms everybody but 10.0.0.20/31 + ${clusterIp}`],
    ],
    [
      'whose own agents are asked meets nothing twice: what comes back by way of the Service they shape',
      { to: ['pods=b'], direction: 'ingress' },
      [
        'b-0 slow.networkfault.ingress egress 20ms 10.0.0.10',
        'b-1 slow.networkfault.ingress egress 20ms 10.0.0.10',
      ],
    ],
  ])('%s', (_, spec, plans) => expect(plansOf(spec)).toEqual(plans));

  test('that have no agents meets what comes back by way of the Service where it comes in', () => {
    const mute = [b0, b1].map((pod) => ({ ...pod, agent: undefined }));
    expect(plansOf({ to: ['pods=b'], direction: 'ingress' }, worldOf([a0, ...mute], { services }))).toEqual([
      `a-0 slow.networkfault.received ingress 20ms 10.0.0.20/31 + ${clusterIp}`,
    ]);
  });

  test('of which one has an agent leaves the Service out of what comes in: never twice', () => {
    const pods = [a0, b0, { ...b1, agent: undefined }];
    expect(plansOf({ to: ['pods=b'], direction: 'ingress' }, worldOf(pods, { services }))).toEqual([
      'a-0 slow.networkfault.received ingress 20ms 10.0.0.21',
      'b-0 slow.networkfault.ingress egress 20ms 10.0.0.10',
    ]);
  });

  test('leaves alone what a pod sends to itself by way of a Service', () => {
    const own = new Map([[`${namespace}/a`, serviceOf(at('10.0.0.10'))]]);
    const a1 = podOf('a-1', '10.0.0.12');
    expect(plansOf({ to: ['pods=a'] }, worldOf([a0, a1], { services: own }))).toEqual([
      'a-0 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.12 but 10.0.0.10',
      `a-1 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.12 + ${clusterIp} but 10.0.0.12`,
    ]);
  });
});

test('a row of a matrix has the Services that lead to the region alone', () => {
  const eu = podOf('eu-0', '10.0.0.10', { labels: 'region=eu' });
  const us = podOf('us-0', '10.0.0.20', { labels: 'region=us' });
  const ap = podOf('ap-0', '10.0.0.30', { labels: 'region=ap' });
  const both = { ...serviceOf(at('10.0.0.20 10.0.0.30')), clusterIPs: ['10.96.0.6'] };
  const world = worldOf([eu, us, ap], {
    services: new Map([
      ['shop/us', serviceOf(at('10.0.0.20'))],
      ['shop/all', both],
    ]),
  });
  const link = (from: string, to: string) => ({ from, to, delay: { oneWay: ms('40ms') } });
  const matrix = matrixOf('world', [link('eu', 'us'), link('us', 'eu')]);
  expect(planText(desired(objectsOf({ latencyMatrices: [matrix] }), world, 0))).toEqual([
    `eu-0 world.us.latencymatrix egress 40ms 10.0.0.20 + ${clusterIp}`,
    'us-0 world.eu.latencymatrix egress 40ms 10.0.0.10',
  ]);
});
