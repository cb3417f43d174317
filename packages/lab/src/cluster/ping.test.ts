import { parsePings, pingCommand } from './ping';

const reply = `PING 10.244.0.11 (10.244.0.11) 56(84) bytes of data.

--- 10.244.0.11 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 100.173/100.173/100.173/0.000 ms
`;
const silence = `PING 10.244.0.11 (10.244.0.11) 56(84) bytes of data.

--- 10.244.0.11 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 0ms

`;

test('each ping has its round trip, to a thousandth of a millisecond', () => {
  expect(parsePings(reply + reply)).toEqual({ timesMs: [100.173, 100.173] });
});

test('a ping without a reply has its place', () => {
  expect(parsePings(reply + silence + reply)).toEqual({ timesMs: [100.173, undefined, 100.173] });
});

test('no output is no ping', () => {
  expect(parsePings('')).toEqual({ timesMs: [] });
});

test.each(['-f 10.0.0.1', '10.0.0.1; reboot', 'localhost', ''])(
  'only an address gets onto the command line, not %p',
  (to) => {
    expect(() => pingCommand(to, 1)).toThrow('not an IP address');
  },
);
