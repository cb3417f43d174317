import { readFile } from 'node:fs/promises';

/** TCP_LISTEN of include/net/tcp_states.h. */
const listenState = '0A';

/**
 * Whether a socket listens on the port, by the text of /proc/net/tcp or tcp6: `sl local_address rem_address st ...`, in
 * hexadecimal. A connection to try it would be one that the server serves, and some serve only one.
 */
export function listensIn(table: string, port: number): boolean {
  return table.split('\n').some((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === listenState && Number.parseInt(local?.split(':')[1] ?? '', 16) === port;
  });
}

/** Whether anybody in this network namespace listens on the TCP port. */
export async function listens(port: number): Promise<boolean> {
  const tables = await Promise.all([
    readFile('/proc/net/tcp', 'utf8'),
    withoutIpv6(readFile('/proc/net/tcp6', 'utf8')),
  ]);
  return tables.some((table) => listensIn(table, port));
}

/** A kernel without IPv6 has no such file. */
function withoutIpv6(text: Promise<string>): Promise<string> {
  return text.catch(() => '');
}
