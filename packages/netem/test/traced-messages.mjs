import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Runs a command of tc or ip under strace, and answers the datagrams that it sent (`sendmsg`) to the kernel or got
 * (`recvmsg`) from it, over its first socket.
 */
export function tracedMessages(call, line, trace, env = {}) {
  const direction = call === 'sendmsg' ? 'write=3' : 'read=3';
  const words = [...line.matchAll(/"([^"]*)"|[^ ]+/g)].map(([word, quoted]) => quoted ?? word);
  spawnSync('strace', ['-qq', '-e', `trace=${call}`, '-e', direction, '-o', trace, ...words], {
    env: { ...process.env, ...env },
  });
  // strace shows what goes through a socket as a hex dump, sixteen bytes a line, under the line of its system call.
  return readFileSync(trace, 'utf8')
    .split(`${call}(`)
    .slice(1)
    .map((text) => [...text.matchAll(/^ \| [0-9a-f]+ {2}((?:[0-9a-f]{2} +)+)/gm)])
    .map((rows) => Buffer.from(rows.map(([, hex]) => hex.replaceAll(' ', '')).join(''), 'hex'))
    .filter(({ length }) => length > 0);
}
