import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connection } from '../src/client/connection';

/** An HTTP server on this machine that says what a test tells it to. */
export interface ScriptedServer {
  readonly connection: Connection;
  /** `GET /version`, in order. */
  readonly requests: string[];
  /** Takes no more connections, and cuts those that there are. */
  close(): void;
}

/** Which answer the nth request gets, from 0. */
export type Script = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

export async function scriptedServer(script: Script, prefix = ''): Promise<ScriptedServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    script(request, response, requests.length - 1);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connection: {
      server: new URL(`http://127.0.0.1:${port}${prefix}`),
      options: () => Promise.resolve({ headers: { Authorization: 'Bearer abc' }, agent: false }),
    },
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
