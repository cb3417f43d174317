import { parseClasses } from './class-output';

// As printed by iproute2 6.1 on Linux 7.2.
test.each([
  [
    'the pass class',
    'class htb 1:1 root leaf 2: prio 0 rate 100Gbit ceil 100Gbit burst 1025000b cburst 1025000b ',
    { classid: '1:1', rateBytesPerSecond: 12.5e9, ceilBytesPerSecond: 12.5e9 },
  ],
  [
    'one below another',
    'class htb 10:1 parent 10:2 prio 0 rate 1234Kbit ceil 2Mbit burst 3028b cburst 3028b ',
    { classid: '10:1', rateBytesPerSecond: 154_250, ceilBytesPerSecond: 250_000 },
  ],
  [
    'a slow one',
    'class htb 10:1 root prio 0 rate 8bit ceil 8bit burst 60b cburst 60b ',
    { classid: '10:1', rateBytesPerSecond: 1, ceilBytesPerSecond: 1 },
  ],
])('%s is read with its rate and its ceiling', (_, line, expected) => {
  expect(parseClasses(`${line}\n Sent 0 bytes 0 pkt\n`)).toEqual([expected]);
});

test('classes of other qdiscs are passed over', () => {
  expect(parseClasses('class prio 1:1 parent 1: \nclass fq_codel :1 parent 8001: \n')).toEqual([]);
});
