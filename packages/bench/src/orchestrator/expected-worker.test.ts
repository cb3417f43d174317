import { parseExpectedWorkers } from './expected-worker';

const a = { name: 'a', node: 'node-a', network: 'pod' };
const b = { name: 'b', node: 'node-b', network: 'host', zone: 'z' };

test('workers are read with all that a launcher knows of them', () => {
  const known = {
    ...{ service: 'bench-a', agent: { host: '10.0.0.1', port: 2332 } },
    environment: { instanceType: 'm5.large', cpus: 4 },
  };
  expect(parseExpectedWorkers([{ ...a, ...known }, b])).toEqual([{ ...a, ...known, zone: undefined }, b]);
});

test.each<[string, unknown, RegExp]>([
  ['no list', {}, /^workers: /],
  ['one alone', [a], /^workers: must be two at least/],
  ['two of one name', [a, a], /^workers: must have names of their own/],
  ['a name that is no label', [{ ...a, name: 'A_1' }, b], /^workers\.0\.name: must be a DNS label/],
  ['another network', [a, { ...b, network: 'vpn' }], /^workers\.1\.network: /],
  ['a port that is none', [{ ...a, agent: { host: 'x', port: 0 } }, b], /^workers\.0\.agent\.port: /],
  ['a key that is not known', [{ ...a, nodes: 1 }, b], /^workers\.0: .*nodes/],
  [
    'an environment that no manifest takes',
    [{ ...a, environment: { cpu: 1 } }, b],
    /^workers\.0\.environment: /,
  ],
])('%s is refused', (_, document, detail) => {
  expect(() => parseExpectedWorkers(document)).toThrow(
    expect.objectContaining({ code: 'invalid-config', detail: expect.stringMatching(detail) }),
  );
});
