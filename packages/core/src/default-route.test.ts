import { printCidr } from './target';
import { defaultRoutesIn } from './default-route';

const ipv4 = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
net1\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
`;
const zeros = '0'.repeat(32);
const ipv6 = `${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo
fe80${'0'.repeat(28)} 40 ${zeros} 00 ${zeros} 00000100 00000001 00000000 00000001     eth0
${zeros} 00 ${zeros} 00 fe80${'0'.repeat(27)}1 00000400 00000002 00000000 00000003     eth1
`;

const devices = (tables: { readonly ipv4?: string; readonly ipv6?: string }): readonly string[] =>
  defaultRoutesIn({ ipv4: '', ipv6: '', ...tables }).map(({ device }) => device);

test('the default route of the lowest metric names the device', () => {
  expect(devices({ ipv4 })).toEqual(['eth0']);
});

test('a route that is not up is none', () => {
  expect(devices({ ipv4: ipv4.replaceAll('\t0003\t', '\t0002\t') })).toEqual([]);
});

test('an IPv6 default counts unless it is the one that rejects', () => {
  expect(devices({ ipv6 })).toEqual(['eth1']);
  expect(devices({ ipv6: ipv6.split('\n')[0]! })).toEqual([]);
});

test('IPv4 comes first', () => {
  expect(devices({ ipv4, ipv6 })).toEqual(['eth0', 'eth1']);
});

test('the gateways of both families are addresses; a route without a next hop has none', () => {
  const routes = defaultRoutesIn({ ipv4, ipv6 });
  expect(routes.map(({ gateway }) => gateway && printCidr(gateway))).toEqual([
    '192.168.1.1/32',
    'fe80:0000:0000:0000:0000:0000:0000:0001/128',
  ]);
  const [direct] = defaultRoutesIn({ ipv4: ipv4.replaceAll('0101A8C0', '00000000'), ipv6: '' });
  expect(direct).toEqual({ device: 'eth0', gateway: undefined });
});
