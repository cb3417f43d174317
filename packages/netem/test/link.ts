import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';

/**
 * Two hosts and a wire: the device under test in this process's own network namespace, its peer in one made for it.
 * A test's packets go through both IP stacks and whatever qdisc is on `device`.
 */
export interface Link {
  readonly device: string;
  readonly address: string;
  readonly address6: string;
  readonly peerAddress: string;
  readonly peerAddress6: string;
  /** Blocks of which the peer has every address: 10.100.0.0/16 and fd99:1::/48. */
  readonly peerBlock: string;
  readonly peerBlock6: string;
  /** The peer's namespace, for `ip netns exec`. */
  readonly peer: string;
  remove(): void;
}

export function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}

/** Room for what comes while a receiver is held up: what it cannot take is no loss of the wire. */
const receiveBufferLimit = '/proc/sys/net/core/rmem_max';

export function makeLink(): Link {
  // Only the kernel's first network namespace has it; elsewhere the limit stays as it is.
  if (existsSync(receiveBufferLimit)) writeFileSync(receiveBufferLimit, String(16 << 20));
  const peer = `podlag-peer-${process.pid}`;
  const link = {
    device: 'podlag0',
    address: '10.99.0.1',
    address6: 'fd99::1',
    peerAddress: '10.99.0.2',
    peerAddress6: 'fd99::2',
    peerBlock: '10.100.0.0/16',
    peerBlock6: 'fd99:1::/48',
    peer,
    remove: () => {
      ip('link', 'del', 'podlag0');
      ip('netns', 'del', peer);
    },
  };
  ip('netns', 'add', peer);
  ip('link', 'add', link.device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', peer);
  for (const [netns, device, address, address6] of [
    [[], link.device, link.address, link.address6],
    [['-n', peer], 'eth0', link.peerAddress, link.peerAddress6],
  ] as const) {
    ip(...netns, 'link', 'set', device, 'up');
    ip(...netns, 'addr', 'add', `${address}/24`, 'dev', device);
    ip(...netns, 'addr', 'add', `${address6}/64`, 'dev', device, 'nodad');
  }
  ip('-n', peer, 'link', 'set', 'lo', 'up');
  for (const [block, gateway] of [
    [link.peerBlock, link.peerAddress],
    [link.peerBlock6, link.peerAddress6],
  ] as const) {
    ip('-n', peer, 'route', 'add', 'local', block, 'dev', 'lo');
    ip('route', 'add', block, 'via', gateway);
  }
  return link;
}

/** Both ends forget each other's hardware address. */
export function forgetNeighbours({ peer }: Link): void {
  ip('neigh', 'flush', 'all');
  ip('-n', peer, 'neigh', 'flush', 'all');
}

/** All that tc and ip show of a namespace's devices, without what traffic alone changes. */
export function snapshot(): string {
  const tc = (...args: string[]): string => execFileSync('tc', args, { encoding: 'utf8' });
  const devices = [...ip('-o', 'link').matchAll(/^[0-9]+: ([^:@]+)/gm)].map(([, name = '']) => name);
  const parts = devices.flatMap((device) => [
    tc('class', 'show', 'dev', device),
    tc('filter', 'show', 'dev', device),
    ...['ingress', 'egress'].map((hook) => tc('filter', 'show', 'dev', device, hook)),
  ]);
  // HTB counts packets that the kernel sends of itself.
  const text = [ip('-d', 'link'), tc('qdisc', 'show'), ...parts].join('');
  return text.replace(/direct_packets_stat \d+ /g, '');
}
