import { environmentName } from '@podlag/core';
import type { AddressInfo, Server } from 'node:net';
import { injectorErrors } from './injector-errors';

export interface ListenAt {
  /** 0 lets the kernel choose. */
  readonly port: number;
  /** Undefined: every address of the machine. */
  readonly host?: string | undefined;
  /** The setting that holds the port, for the error. */
  readonly setting: string;
}

/**
 * Starts listening, and tells the port.
 *
 * @throws PodlagError `port-taken`, `cannot-listen`
 */
export function listen(server: Server, { port, host, setting }: ListenAt): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const at = `port ${port}${host === undefined ? '' : ` of ${host}`} (${setting})`;
      if (cause.code !== 'EADDRINUSE') {
        reject(injectorErrors.error('cannot-listen', `cannot listen on ${at}: ${cause.message}`, { cause }));
        return;
      }
      const hint = `Set ${environmentName(setting)} to another port, or stop the program that has it (ss -ltnp).`;
      reject(injectorErrors.error('port-taken', `${at} is taken`, { hint, field: setting, cause }));
    });
    server.listen({ port, host }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}
