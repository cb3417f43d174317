import { printCidr } from '@podlag/core';
import {
  defaultOfIpv4,
  defaultOfIpv6,
  defaultRouteDevice,
  defaultRoutes,
  type DefaultRoute,
} from './default-route';

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

test('the default route of the lowest metric names the device', () => {
  expect(defaultOfIpv4(ipv4)).toMatchObject({ device: 'eth0' });
});

test('an IPv6 default counts unless it is the one that rejects', () => {
  expect(defaultOfIpv6(ipv6)).toMatchObject({ device: 'eth1' });
  expect(defaultOfIpv6(ipv6.split('\n')[0]!)).toBeUndefined();
});

const reading = (four: string, six: string): Promise<readonly DefaultRoute[]> =>
  defaultRoutes((file) => Promise.resolve(file.includes('ipv6') ? six : four));

test.each([
  ['IPv4 comes first', ipv4, ipv6, 'eth0'],
  ['a pod with IPv6 alone', '', ipv6, 'eth1'],
])('%s', async (_, four, six, device) => {
  expect(defaultRouteDevice(await reading(four, six))).toBe(device);
});

test('the gateways of both families are addresses; a route without a next hop has none', async () => {
  const routes = await reading(ipv4, ipv6);
  expect(routes.map(({ gateway }) => gateway && printCidr(gateway))).toEqual([
    '192.168.1.1/32',
    'fe80:0000:0000:0000:0000:0000:0000:0001/128',
  ]);
  expect(defaultOfIpv4(ipv4.replaceAll('0101A8C0', '00000000'))?.gateway).toBeUndefined();
});

test('without any the error says which setting names the device', async () => {
  const routes = await reading('', '');
  expect(() => defaultRouteDevice(routes)).toThrow(
    expect.objectContaining({
      code: 'no-default-route',
      hint: expect.stringContaining('PODLAG_DEVICE') as string,
    }),
  );
});
