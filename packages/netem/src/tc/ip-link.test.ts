import { parseLink } from './ip-link';

// As printed by iproute2 6.1 on Linux 7.2, without what is not read.
test.each([
  [
    'an IFB that is up',
    '[{"ifindex":5,"ifname":"plg-eth0","flags":["BROADCAST","NOARP","UP","LOWER_UP"],"linkinfo":{"info_kind":"ifb"}}]',
    { kind: 'ifb', up: true },
  ],
  [
    'one that is down',
    '[{"ifindex":5,"ifname":"plg-eth0","flags":["BROADCAST","NOARP"],"linkinfo":{"info_kind":"ifb"}}]',
    { kind: 'ifb', up: false },
  ],
  ['hardware', '[{"ifindex":2,"ifname":"eth0","flags":["UP"]}]', { kind: '', up: true }],
])('%s is read with its kind', (_, json, expected) => {
  expect(parseLink(json)).toEqual(expected);
});
