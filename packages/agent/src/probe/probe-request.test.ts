import { isPodlagError } from '@podlag/core';
import { parseProbeRequest } from './probe-request';

const addresses = ['10.9.9.9', 'fd00::9'];
const read = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(parseProbeRequest(body, { addresses, loopback: false })));

test.each<[string, unknown, object]>([
  [
    'an address is enough',
    { dst: '10.1.2.3' },
    { dst: '10.1.2.3', port: 7, count: 20, interval: '20ms', timeout: '3s' },
  ],
  [
    'everything may be said',
    { dst: 'fd00::1', port: 2379, count: 1_000, interval: 1, timeout: '30s' },
    { dst: 'fd00::1', port: 2379, count: 1_000, interval: '1ms', timeout: '30s' },
  ],
  [
    'two minutes are not too long',
    { dst: '10.1.2.3', count: 10, interval: '10s', timeout: '20s' },
    { dst: '10.1.2.3', port: 7, count: 10, interval: '10s', timeout: '20s' },
  ],
])('%s', (_, body, request) => expect(read(body)).toEqual(request));

function refusalOf(body: unknown, loopback = false): string | undefined {
  try {
    parseProbeRequest(body, { addresses, loopback });
  } catch (error) {
    if (isPodlagError(error, 'malformed-request')) return `${error.field}: ${error.detail}`;
    throw error;
  }
  return undefined;
}

test.each<[unknown, string]>([
  [undefined, 'dst: dst: one IPv4 or IPv6 address'],
  [{ dst: 'tikv-0.tikv-peer' }, 'dst: dst: "tikv-0.tikv-peer" is not an address'],
  [{ dst: '10.1.2.0/24' }, 'dst: dst: one IPv4 or IPv6 address'],
  [{ dst: '::ffff:10.1.2.3' }, 'write 10.1.2.3'],
  [{ dst: '0.0.0.0' }, 'is not the address of one peer'],
  [{ dst: '::' }, 'is not the address of one peer'],
  [{ dst: '224.0.0.1' }, 'is not the address of one peer'],
  [{ dst: '255.255.255.255' }, 'is not the address of one peer'],
  [{ dst: 'ff02::1' }, 'is not the address of one peer'],
  [{ dst: '127.0.0.1' }, 'is the pod itself'],
  [{ dst: '::1' }, 'is the pod itself'],
  [{ dst: '10.9.9.9' }, 'is the pod itself'],
  [{ dst: 'fd00:0::9' }, 'is the pod itself'],
  [{ dst: '169.254.169.254' }, 'is link-local'],
  [{ dst: 'fe80::1' }, 'is link-local'],
  [{ dst: 'febf::1' }, 'is link-local'],
  [{ dst: '10.1.2.3', count: 1_000, interval: '118ms' }, 'count: with count x interval + timeout'],
  [{ dst: '10.1.2.3', count: 10, interval: '10s', timeout: '21s' }, 'as long as 2m'],
  [{ dst: '10.1.2.3', port: 0 }, 'port: '],
  [{ dst: '10.1.2.3', port: 65_536 }, 'port: '],
  [{ dst: '10.1.2.3', count: 0 }, 'count: '],
  [{ dst: '10.1.2.3', count: 1_001 }, 'count: '],
  [{ dst: '10.1.2.3', interval: '999us' }, 'interval: interval: must be 1ms to 10s'],
  [{ dst: '10.1.2.3', interval: '11s' }, 'interval: interval: must be 1ms to 10s'],
  [{ dst: '10.1.2.3', timeout: '31s' }, 'timeout: timeout: must be 1ms to 30s'],
  [{ dst: '10.1.2.3', timeout: 'soon' }, 'timeout: timeout: "soon" is not a duration'],
  [{ dst: '10.1.2.3', prot: 7 }, 'Did you mean port?'],
])('%j is refused, with the field and the reason', (body, refusal) =>
  expect(refusalOf(body)).toContain(refusal),
);

test.each(['127.0.0.1', '::1', '10.9.9.9'])('a test may let an agent probe itself at %s', (dst) => {
  expect(refusalOf({ dst }, true)).toBeUndefined();
});

test('the neighbours of what is refused are peers', () => {
  for (const dst of ['1.0.0.0', '126.255.255.255', '128.0.0.1', '223.255.255.255', '::2', 'fec0::1'])
    expect(refusalOf({ dst })).toBeUndefined();
});
