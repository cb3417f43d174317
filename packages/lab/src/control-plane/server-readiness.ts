import { setTimeout as delay } from 'node:timers/promises';
import { controlPlaneErrors } from './control-plane-errors';
import { endOfLog } from './server-process';
import type { SupervisedServer } from './supervised-server';

const askAgainMs = 50;

/**
 * Asks until there is an answer, as long as every server runs and there is time.
 *
 * @param servers what the answer depends on; the last one is said to be late when there is none
 * @param deadline milliseconds of performance.now()
 * @throws PodlagError `server-failed`, with the end of the server's log
 */
export async function whenReady<T>(
  servers: readonly SupervisedServer[],
  deadline: number,
  ask: () => Promise<T>,
): Promise<T> {
  const dead: { readonly server: SupervisedServer; readonly reason: string }[] = [];
  for (const server of servers) void server.ended.then(({ reason }) => dead.push({ server, reason }));
  for (;;) {
    const [answer] = await Promise.allSettled([ask()]);
    if (answer.status === 'fulfilled') return answer.value;
    const [first] = dead;
    if (first !== undefined) throw await failure(first.server, first.reason);
    if (performance.now() > deadline) {
      const server = servers.at(-1);
      if (server !== undefined)
        throw await failure(server, `is not ready in time (${String(answer.reason)})`);
    }
    await delay(askAgainMs);
  }
}

async function failure({ name, logFile }: SupervisedServer, reason: string): Promise<Error> {
  return controlPlaneErrors.error(
    'server-failed',
    `${name} ${reason}. The end of its log:\n${await endOfLog(logFile)}`,
  );
}
