import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';

/** One run: `connections` clients, each sending its next request when the last is answered, for `durationMs`. */
export interface LoadRequest {
  readonly port: number;
  readonly caFile: string;
  readonly bodyFile: string;
  readonly connections: number;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Sends prepared bytes over TLS and reads no more of an answer than where it ends: a whole HTTP client needs more of a
 * core than the server it is to measure.
 */
async function generateLoad(load: LoadRequest): Promise<LoadResult> {
  const request = prepared(readFileSync(load.bodyFile));
  const ca = readFileSync(load.caFile);
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load.port, ca)));
  const startMs = performance.now();
  const endMs = startMs + load.durationMs;
  const perSocket = await Promise.all(sockets.map((socket) => drive(socket, request, endMs)));
  const elapsedMs = performance.now() - startMs;
  const latencies = Float64Array.from(perSocket.flat()).sort();
  return {
    requestsPerSecond: (latencies.length / elapsedMs) * 1000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}

function prepared(body: Buffer): Buffer {
  const head = [
    'POST /mutate?timeout=10s HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

function open(port: number, ca: Buffer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => resolve(socket));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

/** Latencies in milliseconds of the requests that one connection got through. */
function drive(socket: TLSSocket, request: Buffer, endMs: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    let sentMs = 0;
    let answer: Buffer = Buffer.alloc(0);
    const send = (): void => {
      sentMs = performance.now();
      socket.write(request);
    };
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      if (!isWhole(answer)) return;
      answer = Buffer.alloc(0);
      const nowMs = performance.now();
      latencies.push(nowMs - sentMs);
      if (nowMs < endMs) send();
      else {
        socket.destroy();
        resolve(latencies);
      }
    });
    send();
  });
}

function isWhole(answer: Buffer): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const head = answer.toString('latin1', 0, headEnd);
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`not answered with 200: ${head}`);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  return answer.length === headEnd + 4 + length;
}

function percentile(sorted: Float64Array, fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

async function main(load: string): Promise<void> {
  process.stdout.write(`${JSON.stringify(await generateLoad(JSON.parse(load) as LoadRequest))}\n`);
}

void main(process.argv[2] ?? '');
