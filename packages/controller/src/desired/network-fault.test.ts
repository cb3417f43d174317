import { desired } from './desired';
import { objectsOf, planText } from './testing/plan-text';
import { app, faultOf, ms, namespace, podOf, targetOf, worldOf } from './testing/small-world';
import type { WorldService } from './world';

const a0 = podOf('a-0', '10.0.0.10');
const a1 = podOf('a-1', '10.0.0.12');
const b0 = podOf('b-0', '10.0.0.20');
const b1 = podOf('b-1', '10.0.0.21');
const mute = podOf('m-0', '10.0.0.30', { agent: false });
const elsewhere = podOf('b-9', '10.0.9.9', { namespace: 'other' });

const pd: WorldService = {
  clusterIPs: ['10.96.0.5'],
  ports: [
    { port: 80, targetPort: 'http', protocol: 'tcp', name: 'web' },
    { port: 81, protocol: 'tcp', name: 'admin' },
    { port: 53, protocol: 'udp', name: 'dns' },
  ],
  endpoints: [
    {
      addresses: ['10.0.0.20', '10.0.0.21'],
      ports: [
        { name: 'web', port: 8080, protocol: 'tcp' },
        { name: 'admin', port: 9090, protocol: 'tcp' },
        { name: 'dns', port: 5353, protocol: 'udp' },
      ],
    },
  ],
};

/** What is sent to Service pd, which leads to b-0 and b-1. */
const viaPd = '10.96.0.5 :80,81 tcp + 10.96.0.5 :53 udp';

const world = worldOf([a0, a1, b0, b1, mute, elsewhere], {
  services: new Map([[`${namespace}/pd`, pd]]),
  addressesOf: (name) => ({ 'db.example.com': ['192.0.2.7', '192.0.2.6'], 'gone.example.com': [] })[name],
  namespaceLabels: new Map([['other', { team: 'x' }]]),
});

const plansOf = (...[spec, more]: [Parameters<typeof faultOf>[1], Parameters<typeof faultOf>[2]?]) =>
  planText(desired(objectsOf({ networkFaults: [faultOf('slow', spec, more)] }), world, 0));

const outcomeOf = (...args: Parameters<typeof plansOf>) =>
  desired(objectsOf({ networkFaults: [faultOf('slow', ...args)] }), world, 0).outcomes.get(
    'networkfault/shop/slow',
  );

describe('whom it meets', () => {
  test.each([
    ['everybody, when no target is given', {}, ['everybody']],
    [
      'pods by label, joined to blocks, with the Service before them',
      { to: ['pods=b'] },
      [`10.0.0.20/31 + ${viaPd}`],
    ],
    ['pods at ports', { to: ['pods=b :2379 tcp'] }, ['10.0.0.20/31 :2379 tcp']],
    ['a block as it is given', { to: ['cidr=10.1.0.0/16'] }, ['10.1.0.0/16']],
    ['a name at all addresses that it has', { to: ['host=db.example.com'] }, ['192.0.2.6/31']],
    [
      'a Service at its ports, and its endpoints at theirs',
      { to: ['service=pd'] },
      ['10.0.0.20/31 :8080,9090 tcp + 10.96.0.5 :80,81 tcp + 10.0.0.20/31 :5353 udp + 10.96.0.5 :53 udp'],
    ],
    [
      "a Service's port by its number",
      { to: ['service=pd :80'] },
      ['10.0.0.20/31 :8080 tcp + 10.96.0.5 :80 tcp'],
    ],
    ["a Service's protocol", { to: ['service=pd udp'] }, ['10.0.0.20/31 :5353 udp + 10.96.0.5 :53 udp']],
    [
      'a Service by ICMP at all its addresses',
      { to: ['service=pd icmp'] },
      ['10.0.0.20/31 icmp + 10.96.0.5 icmp'],
    ],
    [
      'everybody but some',
      { except: ['pods=b', 'everybody :53 udp'] },
      [`everybody but 10.0.0.20/31 + ${viaPd} + :53 udp`],
    ],
  ])('%s', (_, spec, whom) => {
    expect(plansOf(spec)).toEqual(
      ['a-0', 'a-1'].flatMap((pod) => whom.map((text) => `${pod} slow.networkfault egress 20ms ${text}`)),
    );
  });

  test.each([
    ['pods that are not there', { to: ['pods=nobody'] }],
    ['a name that has no address', { to: ['host=gone.example.com'] }],
    ['a Service that is not there', { to: ['service=nothing'] }],
  ])('a fault toward %s is no fault toward everybody', (_, spec) => {
    expect(plansOf(spec)).toEqual([]);
  });

  test('a pod among its own targets is not its own peer', () => {
    expect(plansOf({ to: ['pods=a'] })).toEqual([
      'a-0 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.12 but 10.0.0.10',
      'a-1 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.12 but 10.0.0.12',
    ]);
  });

  test('pods of other namespaces, by name or by the labels of theirs', () => {
    const byName = { ...targetOf('pods=b'), namespaces: ['other'] };
    const bySelector = { ...targetOf('pods=b'), namespaceSelector: { matchLabels: { team: 'x' } } };
    for (const target of [byName, bySelector]) {
      const fault = faultOf('slow');
      const object = { ...fault, fault: { ...fault.fault, to: [target] } };
      expect(planText(desired(objectsOf({ networkFaults: [object] }), world, 0))).toEqual([
        'a-0 slow.networkfault egress 20ms 10.0.9.9',
        'a-1 slow.networkfault egress 20ms 10.0.9.9',
      ]);
    }
  });
});

test('a peer of another namespace is not asked, though it has an agent', () => {
  const fault = faultOf('slow', { direction: 'ingress' });
  const to = [{ ...targetOf('pods=b'), namespaces: ['other'] }];
  const { plans } = desired(
    objectsOf({ networkFaults: [{ ...fault, fault: { ...fault.fault, to } }] }),
    world,
    0,
  );
  expect([...plans.keys()]).toEqual(['shop/a-0', 'shop/a-1']);
});

test('more ports than a target takes become two targets', () => {
  const ports = Array.from({ length: 65 }, (_, index) => ({
    port: 1000 + index,
    protocol: 'tcp' as const,
    name: `p${index}`,
  }));
  const wide = { clusterIPs: ['10.96.0.9'], ports, endpoints: [] };
  const known = { ...world, services: new Map([[`${namespace}/wide`, wide]]) };
  const { plans } = desired(
    objectsOf({ networkFaults: [faultOf('slow', { to: ['service=wide'] })] }),
    known,
    0,
  );
  const met = plans
    .get('shop/a-0')?.[0]
    ?.fault.to?.flatMap((target) => target.ports?.map(({ first }) => first) ?? []);
  expect(plans.get('shop/a-0')?.[0]?.fault.to).toHaveLength(2);
  expect(met).toEqual(ports.map(({ port }) => port));
});

test('a fault of more targets than an agent takes is told instead of sent: it would refuse the whole plan', () => {
  const many = Array.from(
    { length: 65_537 },
    (_, index) => `10.${index >>> 15}.${(index >>> 7) & 255}.${(2 * index) & 255}`,
  );
  const known = { ...world, addressesOf: () => many };
  const { plans, outcomes } = desired(
    objectsOf({ networkFaults: [faultOf('slow', { to: ['host=x'] })] }),
    known,
    0,
  );
  expect(plans.size).toBe(0);
  expect(outcomes.get('networkfault/shop/slow')?.problems).toEqual([
    expect.objectContaining({ code: 'too-many-targets' }),
  ]);
});

describe('who shapes what a pod receives', () => {
  test.each([
    [
      'the peer, where it has an agent in the same namespace; the pod itself for the rest',
      { to: ['pods=b', 'pods=m', 'cidr=10.7.0.0/16'], direction: 'ingress' as const },
      [
        'a-0 slow.networkfault.received ingress 20ms 10.0.0.30 + 10.7.0.0/16',
        'a-1 slow.networkfault.received ingress 20ms 10.0.0.30 + 10.7.0.0/16',
        'b-0 slow.networkfault.ingress egress 20ms 10.0.0.10 + 10.0.0.12',
        'b-1 slow.networkfault.ingress egress 20ms 10.0.0.10 + 10.0.0.12',
      ],
    ],
    [
      'the pod itself where ports are given, which are those of the peer',
      { to: ['pods=b :2379'], direction: 'ingress' as const },
      ['a-0', 'a-1'].map((pod) => `${pod} slow.networkfault.received ingress 20ms 10.0.0.20/31 :2379`),
    ],
    [
      'a round trip is halved between both ends',
      { to: ['pods=b'], direction: 'both' as const, effects: { delay: { rtt: ms('20ms') } } },
      [
        `a-0 slow.networkfault egress 10ms 10.0.0.20/31 + ${viaPd}`,
        `a-1 slow.networkfault egress 10ms 10.0.0.20/31 + ${viaPd}`,
        'b-0 slow.networkfault.ingress egress 10ms 10.0.0.10 + 10.0.0.12',
        'b-1 slow.networkfault.ingress egress 10ms 10.0.0.10 + 10.0.0.12',
      ],
    ],
    [
      'chosen pods among each other once, as what each sends',
      { to: ['pods=a'], direction: 'both' as const },
      [
        'a-0 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.12 but 10.0.0.10',
        'a-1 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.12 but 10.0.0.12',
      ],
    ],
    [
      'from everybody but the chosen, who shape it themselves',
      { direction: 'both' as const },
      [
        'a-0 slow.networkfault egress 20ms everybody',
        'a-0 slow.networkfault.received ingress 20ms everybody but 10.0.0.10 + 10.0.0.12',
        'a-1 slow.networkfault egress 20ms everybody',
        'a-1 slow.networkfault.received ingress 20ms everybody but 10.0.0.10 + 10.0.0.12',
      ],
    ],
    [
      'the pod itself from a block of addresses',
      { to: ['cidr=10.0.9.0/24'], direction: 'ingress' as const },
      ['a-0', 'a-1'].map((pod) => `${pod} slow.networkfault.received ingress 20ms 10.0.9.0/24`),
    ],
    [
      'nobody, where ports at one end and a protocol at the other overlap: not twice',
      {
        selector: { matchExpressions: [{ key: 'app', operator: 'In' as const, values: ['a', 'b'] }] },
        to: ['cidr=10.0.0.10/32 tcp', 'cidr=10.0.0.20/32 :80'],
        direction: 'both' as const,
      },
      [
        'a-0 slow.networkfault egress 20ms 10.0.0.10 tcp + 10.0.0.20 :80',
        'a-0 slow.networkfault.received ingress 20ms 10.0.0.10 tcp + 10.0.0.20 :80 but 10.0.0.10 tcp + 10.0.0.20 tcp',
        'a-1 slow.networkfault egress 20ms 10.0.0.10 tcp + 10.0.0.20 :80',
        'a-1 slow.networkfault.received ingress 20ms 10.0.0.10 tcp + 10.0.0.20 :80',
        'b-0 slow.networkfault egress 20ms 10.0.0.10 tcp + 10.0.0.20 :80',
        'b-0 slow.networkfault.received ingress 20ms 10.0.0.10 tcp + 10.0.0.20 :80 but 10.0.0.10',
        'b-1 slow.networkfault egress 20ms 10.0.0.10 tcp + 10.0.0.20 :80',
        'b-1 slow.networkfault.received ingress 20ms 10.0.0.10 tcp + 10.0.0.20 :80',
      ],
    ],
    [
      'what a chosen pod sends by port already is spared where its agent shapes the rest',
      { selector: {}, to: ['cidr=10.0.0.10/32', 'pods=b :80'], direction: 'both' as const },
      [
        'a-0 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.20/31 :80',
        'a-0 slow.networkfault.ingress egress 20ms 10.0.0.12 + 10.0.0.20/31 but 10.0.0.20/31 :80',
        'a-0 slow.networkfault.received ingress 20ms 10.0.0.10 + 10.0.0.20/31 :80 but 10.0.0.10 + 10.0.0.20/31',
        'a-1 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.20/31 :80',
        'a-1 slow.networkfault.received ingress 20ms 10.0.0.10 + 10.0.0.20/31 :80 but 10.0.0.10',
        'b-0 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.20/31 :80 but 10.0.0.20',
        'b-0 slow.networkfault.received ingress 20ms 10.0.0.10 + 10.0.0.20/31 :80 but 10.0.0.10 + 10.0.0.20',
        'b-1 slow.networkfault egress 20ms 10.0.0.10 + 10.0.0.20/31 :80 but 10.0.0.21',
        'b-1 slow.networkfault.received ingress 20ms 10.0.0.10 + 10.0.0.20/31 :80 but 10.0.0.10 + 10.0.0.21',
      ],
    ],
  ])('%s', (_, spec, plans) => {
    expect(plansOf(spec)).toEqual(plans);
  });
});

describe('what stands in its way', () => {
  test.each([
    [
      'a pod without an agent, with the way to one',
      { selector: app('m') },
      'no-agent',
      'kubectl label namespace shop sidecar-injection=enabled',
    ],
    ['a Service that is not there', { to: ['service=nothing'] }, 'no-such-service', 'Make it'],
    ['a port that the Service has not', { to: ['service=pd :99'] }, 'no-such-port', '80/tcp, 81/tcp, 53/udp'],
  ])('%s', (_, spec, code, hint) => {
    expect(outcomeOf(spec)?.problems).toEqual([
      expect.objectContaining({ code, hint: expect.stringContaining(hint) }),
    ]);
  });

  test('a name that is not resolved yet is waited for, and the other targets are met', () => {
    expect(outcomeOf({ to: ['host=new.example.com', 'pods=b'] })?.waitingFor).toBe(
      'hostname new.example.com',
    );
    expect(plansOf({ to: ['host=new.example.com', 'pods=b'] })).toHaveLength(2);
  });

  test('why a name does not resolve is told, as long as nothing is known of it', () => {
    const problems = (spec: Parameters<typeof outcomeOf>[0]) =>
      desired(
        objectsOf({ networkFaults: [faultOf('slow', spec)] }),
        { ...world, hostnameProblem: (name) => ({ detail: `queryA ENOTFOUND ${name}`, isAnswered: true }) },
        0,
      ).outcomes.get('networkfault/shop/slow')?.problems;
    expect(problems({ to: ['host=new.example.com'] })).toEqual([
      expect.objectContaining({
        code: 'unresolved-hostname',
        detail: expect.stringContaining('queryA ENOTFOUND new.example.com'),
      }),
    ]);
    expect(problems({ to: ['host=db.example.com'] })).toEqual([]);
  });

  test('a name to be spared that is not resolved yet holds all of it back', () => {
    expect(outcomeOf({ except: ['host=new.example.com'] })?.waitingFor).toBe('hostname new.example.com');
    expect(plansOf({ except: ['host=new.example.com'] })).toEqual([]);
  });

  test('ended pods and those of other namespaces are never chosen; one on the host network is, and nothing is asked of it', () => {
    const pods = [
      podOf('a-0', '10.0.0.1'),
      podOf('a-1', '10.0.0.2', { hostNetwork: true }),
      podOf('a-2', '10.0.0.3', { gone: true }),
      podOf('a-3', '10.0.0.4', { namespace: 'other' }),
      podOf('a-4', '', { agent: false }),
    ];
    const { plans, outcomes } = desired(objectsOf({ networkFaults: [faultOf('slow')] }), worldOf(pods), 0);
    expect([...plans.keys()]).toEqual(['shop/a-0']);
    const outcome = outcomes.get('networkfault/shop/slow');
    expect(outcome?.pods).toEqual(['shop/a-0', 'shop/a-1', 'shop/a-4']);
    expect(outcome?.problems.map(({ code, pod }) => `${pod} ${code}`)).toEqual([
      'shop/a-1 host-network',
      'shop/a-4 no-address',
    ]);
  });
});

describe('when', () => {
  const started = new Map([['networkfault/shop/slow', { startTime: 1000 }]]);
  const at = (now: number, more: Parameters<typeof faultOf>[2], known = started) =>
    desired(objectsOf({ networkFaults: [faultOf('slow', {}, more)] }), { ...world, started: known }, now);

  test('a fault with a duration is timed by the agents, and over at its end', () => {
    const during = at(5000, { duration: ms('10s') });
    expect(during.plans.get('shop/a-0')?.[0]?.timing).toEqual({ start: 1000, at: ms(0), for: ms('10s') });
    expect(at(10_999, { duration: ms('10s') })).toEqual(during);
    const after = at(11_000, { duration: ms('10s') });
    expect(after.plans.size).toBe(0);
    expect(after.outcomes.get('networkfault/shop/slow')).toMatchObject({
      pods: ['shop/a-0', 'shop/a-1'],
      ends: 11_000,
    });
  });

  test('without a start it waits for one', () => {
    const { plans, outcomes } = at(5000, { duration: ms('10s') }, new Map());
    expect(plans.size).toBe(0);
    expect(outcomes.get('networkfault/shop/slow')?.waitingFor).toBe('start');
  });

  test.each([
    ['no pod is there', [b0], []],
    ['no pod has an agent', [podOf('a-0', '10.0.0.10', { agent: false })], ['no-agent']],
  ])('where %s it does not wait for its start: what is missing is told', (_, pods, codes) => {
    const { outcomes } = desired(
      objectsOf({ networkFaults: [faultOf('slow', {}, { duration: ms('10s') })] }),
      worldOf(pods),
      5000,
    );
    const outcome = outcomes.get('networkfault/shop/slow');
    expect(outcome?.waitingFor).toBeUndefined();
    expect(outcome?.problems.map(({ code }) => code)).toEqual(codes);
  });

  test('suspended, it asks nothing of anybody', () => {
    const { plans, outcomes } = at(0, { suspend: true });
    expect(plans.size).toBe(0);
    expect(outcomes.get('networkfault/shop/slow')?.waitingFor).toBe('resume');
  });
});
