// Writes test/fixtures/tc-replies.json anew: a tree made by tc, and what the kernel answers when tc asks for it. Wanted:
// root on a kernel with netem, strace and iproute2:
//
//     node packages/lab/dist/main.js run -- node packages/netem/test/capture-tc-replies.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { tracedMessages } from './traced-messages.mjs';

const fixture = fileURLToPath(new URL('fixtures/tc-replies.json', import.meta.url));
const index = 102;
const device = 'podlag-replies';

const tree = [
  `ip link add name ${device} index ${index} up type dummy`,
  `tc qdisc add dev ${device} root handle 1: htb default 1 direct_qlen 2332`,
  `tc class add dev ${device} parent 1: classid 1:1 htb rate 100gbit quantum 60000`,
  `tc class add dev ${device} parent 1: classid 1:10 htb rate 10mbit quantum 60000`,
  `tc qdisc add dev ${device} parent 1:1 handle 2: pfifo limit 100`,
  `tc qdisc add dev ${device} parent 1:10 handle 10: netem limit 25000 delay 20ms 5ms 25% loss gemodel 1% 10% 70% 0.1% corrupt 0.1% 5% reorder 25% 50% gap 5 rate 1tbit`,
  `tc qdisc add dev ${device} clsact`,
  `tc filter add dev ${device} parent 1: pref 10 protocol all handle 143: u32 divisor 256`,
  `tc filter add dev ${device} parent 1: pref 10 protocol all handle ::1 u32 ht 143:5: match u32 0x0a000005 0xffffffff at 16 match u32 0x00060000 0x00ff0000 at 8 flowid 1:10`,
  `tc filter add dev ${device} parent 1: pref 100 protocol ip handle ::2 u32 match u32 0 0 at 0 link 143: hashkey mask 0x000000ff at 16`,
  `tc filter add dev ${device} parent 1: pref 101 protocol ipv6 handle ::1 u32 match u32 0 0 at 0 link 143: flowid 1:1`,
  `tc filter add dev ${device} parent 1: pref 102 protocol all handle 0x1 bpf da bytecode "2,32 0 0 4294963256,6 0 0 4294967295"`,
  `tc filter add dev ${device} ingress pref 2332 protocol all handle ::1 u32 match u32 0 0 at 0 action mirred egress redirect dev ${device}`,
];

const questions = {
  qdiscs: `tc qdisc show dev ${device}`,
  classes: `tc class show dev ${device}`,
  filters: `tc filter show dev ${device} parent 1:`,
  ingressFilters: `tc filter show dev ${device} ingress`,
};

/** RTM_NEWLINK: the answer to tc's own question for a device's index. */
const newLink = 16;

const folder = mkdtempSync(join(tmpdir(), 'podlag-capture-'));
try {
  for (const line of tree) {
    const [program, ...words] = [...line.matchAll(/"([^"]*)"|[^ ]+/g)].map(
      ([word, quoted]) => quoted ?? word,
    );
    execFileSync(program, words);
  }
  const replies = Object.entries(questions).map(([name, line]) => [
    name,
    tracedMessages('recvmsg', line, join(folder, 'trace'))
      .filter((bytes) => bytes.readUInt16LE(4) !== newLink)
      .map((bytes) => bytes.toString('hex')),
  ]);
  const recorded = { index, device, tree, replies: Object.fromEntries(replies) };
  writeFileSync(fixture, `${JSON.stringify(recorded, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
