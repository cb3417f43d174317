import { parseQdiscs } from './tc-output';

// As printed by iproute2 6.1 on Linux 7.2.
const netem = (options: string): string =>
  `[{"kind":"htb","handle":"1:","root":true,"refcnt":2,"options":{"r2q":10,"default":"0x1","direct_packets_stat":0,"direct_qlen":2332},"bytes":0,"packets":0,"drops":0,"overlimits":0,"requeues":0,"backlog":0,"qlen":0},{"kind":"netem","handle":"10:","parent":"1:10","options":{"limit":25000,${options}"ecn":false,"gap":5},"bytes":98,"packets":1,"drops":2,"overlimits":0,"requeues":0,"backlog":294,"qlen":3}]\n`;

test('a netem leaf with everything set', () => {
  const options =
    '"delay":{"delay":0.02,"jitter":0.005,"correlation":0.25},"loss-random":{"loss":0.1,"correlation":0.25},"duplicate":{"duplicate":0.01,"correlation":0},"reorder":{"reorder":0.25,"correlation":0.5},"corrupt":{"corrupt":0.001,"correlation":0},"rate":{"rate":1250000,"packetoverhead":0,"cellsize":0,"celloverhead":0},';
  expect(parseQdiscs(netem(options)).qdiscs).toEqual([
    {
      kind: 'htb',
      handle: '1:',
      parent: 'root',
      directQueueLength: 2332,
      limit: undefined,
      netem: undefined,
      counters: { bytes: 0, packets: 0, drops: 0, backlogPackets: 0 },
    },
    {
      kind: 'netem',
      handle: '10:',
      parent: '1:10',
      directQueueLength: undefined,
      limit: undefined,
      netem: {
        limit: 25000,
        delaySeconds: 0.02,
        jitterSeconds: 0.005,
        delayCorrelation: 0.25,
        loss: { kind: 'random', ratio: 0.1, correlation: 0.25 },
        duplicate: { ratio: 0.01, correlation: 0 },
        corrupt: { ratio: 0.001, correlation: 0 },
        reorder: { ratio: 0.25, correlation: 0.5 },
        gap: 5,
        rateBytesPerSecond: 1_250_000,
        seed: undefined,
      },
      counters: { bytes: 98, packets: 1, drops: 2, backlogPackets: 3 },
    },
  ]);
});

test.each([
  ['0.000249', 0.00025],
  ['0.00025', 0.00025],
  ['0.02', 0.02],
  ['9.9e-05', 0.0001],
  ['0', 0],
])('a delay printed as %s is %p: tc cuts 64 ns ticks to microseconds', (printed, seconds) => {
  const [, leaf] = parseQdiscs(netem(`"delay":{"delay":${printed},"jitter":0,"correlation":0},`)).qdiscs;
  expect(leaf?.netem?.delaySeconds).toBe(seconds);
});

test.each([
  [
    '"loss-gemodel":{"p":0.01,"r":0.1,"1-h":0.7,"1-k":0.001},',
    { kind: 'gemodel', chances: [0.01, 0.1, 0.7, 0.001] },
  ],
  [
    '"loss-state":{"p13":0.01,"p31":0.1,"p32":0.2,"p23":0.3,"p14":0.04},',
    { kind: 'state', chances: [0.01, 0.1, 0.2, 0.3, 0.04] },
  ],
])('the loss model in %s', (options, loss) => {
  expect(parseQdiscs(netem(options)).qdiscs[1]?.netem?.loss).toEqual(loss);
});

test('the seed of a leaf, from iproute2 6.6 on', () => {
  expect(parseQdiscs(netem('"seed":2332,')).qdiscs[1]?.netem?.seed).toBe(2332n);
});

test.each(['clsact', 'ingress'])('%s is not on the way out, but is told of', (kind) => {
  expect(parseQdiscs(`[{"kind":"${kind}","handle":"ffff:","parent":"ffff:fff1","options":{}}]`)).toEqual({
    qdiscs: [],
    hook: kind,
  });
});

test('a device without a hook has none', () => {
  expect(parseQdiscs(netem('')).hook).toBeUndefined();
});

test('a pfifo with what it holds', () => {
  const json =
    '[{"kind":"pfifo","handle":"2:","parent":"1:1","options":{"limit":10000},"bytes":0,"packets":0,"drops":0,"overlimits":0,"requeues":0,"backlog":0,"qlen":0}]';
  expect(parseQdiscs(json).qdiscs).toMatchObject([{ kind: 'pfifo', parent: '1:1', limit: 10_000 }]);
});
