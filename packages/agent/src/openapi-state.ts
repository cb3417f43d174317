import { protocols } from '@podlag/core';
import { faultKinds } from '@podlag/netem';
import { count, list, nullable, object, ref, text, type Schema } from './openapi-schema';

const portsOrRanges = list({ type: ['integer', 'string'], description: 'As 2379, or 20160-20180.' });

const unavailable = object({
  available: { const: false },
  code: text('Error code.'),
  reason: text('The kernel’s words.'),
  hint: text('How to get it.'),
});

const capabilities = object(
  {
    kernel: text('As of uname -r.'),
    driver: text('The way to the kernel.'),
    iproute2: text('As of tc -V; absent where there is no tc.'),
    tree: ref('Capability'),
    netem: ref('Capability'),
    ingress: ref('Capability'),
    duplicateBesideOthers: ref('Capability'),
    kinds: object(
      Object.fromEntries(
        faultKinds.map((kind) => [
          kind,
          {
            oneOf: [
              object({ available: { const: true }, path: { enum: ['netem', 'cls_bpf', 'htb'] } }),
              unavailable,
            ],
          },
        ]),
      ),
    ),
    timeStepNanoseconds: count('The finest time that reaches the kernel.'),
    longestTimeNanoseconds: count('Delays are shorter than this.'),
    longestJitterNanoseconds: count('Jitters are no longer than this.'),
  },
  ['iproute2'],
);

const observedSide = object({
  device: text('The device whose qdiscs these are.'),
  classes: list(text('HTB class id.')),
  filters: count('How many there are.'),
  tables: count('Hash tables of u32.'),
  qdiscs: list({ type: 'object', required: ['kind', 'handle', 'parent'] }),
});

const observed = object({
  egress: observedSide,
  ingress: nullable(observedSide),
  hook: object({
    qdisc: { type: ['string', 'null'], description: 'clsact, or ingress.' },
    filters: list({ type: 'object', required: ['pref', 'protocol', 'kind'] }),
  }),
});

const classCounters = list(
  object({
    classid: text('HTB class id.'),
    faults: list(text('Name of a fault that its packets meet; none for the class that passes everything.')),
    bytes: count('Bytes that went through.'),
    packets: count('Packets that went through.'),
    drops: count('Packets dropped.'),
    backlogPackets: count('Packets waiting now.'),
  }),
);

const exemption = object(
  {
    reason: { enum: ['agent', 'probes', 'setting'], description: 'Whose traffic it is.' },
    protocol: { enum: [...protocols] },
    peers: list(text('Address block of the other end.')),
    localPorts: portsOrRanges,
    peerPorts: portsOrRanges,
  },
  ['protocol', 'peers', 'localPorts', 'peerPorts'],
);

const profile: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    ['delay', 'loss', 'duplicate', 'corrupt', 'reorder', 'rate', 'seed'].map((name) => [name, {}]),
  ),
  description: 'What happens to the packet, all faults in one; what does not happen is left out.',
};

const way = object(
  {
    exempt: { type: 'boolean', description: 'Whether no fault may touch it.' },
    reason: text('Why it is treated so.'),
    faults: list(text('Name of a fault that it meets.')),
    classid: text('HTB class that it goes through.'),
    profile,
  },
  ['classid', 'profile'],
);

const addedTime: Schema = {
  oneOf: [
    { const: 'never' },
    object({ least: text('Without jitter to its worst.'), most: text('With the most of it.') }),
  ],
};

/** What `/v1/state` and `/v1/explain` answer. */
export const stateSchemas: Record<string, Schema> = {
  Capability: { oneOf: [object({ available: { const: true } }), unavailable] },
  State: object({
    desired: { ...ref('FaultSet'), description: 'What calls have set.' },
    plans: list(ref('PlanStatus')),
    observed: { ...nullable(observed), description: 'null when the device is missing.' },
    drift: list(
      object({
        what: text('Where they differ.'),
        asked: text('As asked.'),
        observed: text('As the kernel shows it.'),
      }),
    ),
    cautions: list(text('What others have on the device that may keep packets from the faults; it stays.')),
    capabilities,
    counters: object({ egress: classCounters, ingress: classCounters }),
    exemptions: list(exemption),
    expiresAt: {
      type: ['string', 'null'],
      format: 'date-time',
      description: 'When the next fault goes by itself.',
    },
    survivesRestart: {
      oneOf: [
        object({ saved: { const: true } }),
        object({ saved: { const: false }, reason: text('Why not.') }),
      ],
    },
  }),
  Explanation: object(
    {
      packet: object(
        {
          dst: text('The other end.'),
          protocol: { enum: [...protocols] },
          port: count('Of the other end.'),
          localPort: count('Of the pod.'),
        },
        ['port', 'localPort'],
      ),
      egress: way,
      ingress: way,
      note: text('Which faults it would meet besides if it had a port, where none was given.'),
      expected: {
        ...object(
          {
            roundTrip: addedTime,
            tcpConnect: addedTime,
            tlsHandshake: addedTime,
            httpAnswer: addedTime,
            without: {
              ...list({ enum: ['loss', 'corrupt', 'rate'] }),
              description: 'Faults that it meets and whose effect is not in these times.',
            },
          },
          ['tcpConnect', 'tlsHandshake', 'httpAnswer'],
        ),
        description: 'How much longer it takes for the delays of both ways.',
      },
    },
    ['egress', 'ingress', 'note'],
  ),
};
