import { Socket } from 'node:net';

/** A TCP port of somebody's. */
export interface PeerPort {
  readonly address: string;
  readonly port: number;
}

/** What became of one connect. */
export type RoundTrip =
  | { readonly kind: 'answered'; readonly milliseconds: number }
  | { readonly kind: 'lost' }
  /** The signal came before its end. */
  | { readonly kind: 'given-up' }
  /** This pod's own kernel sends nothing there. */
  | { readonly kind: 'not-sent'; readonly cause: Error };

/** When to give a connect up. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A neighbour that does not answer, a router on the way that says so, the kernel's own patience. */
const lostCodes: readonly (string | undefined)[] = ['EHOSTUNREACH', 'ETIMEDOUT', 'ECONNRESET'];

/** From the SYN to its answer. A refusal is an answer too: RST comes back by the same way as SYN-ACK would. */
export function connectRoundTrip(to: PeerPort, { timeoutMs, signal }: Patience): Promise<RoundTrip> {
  return new Promise((resolve) => {
    const socket = new Socket();
    let start = performance.now();
    const end = (found: RoundTrip): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      // As anybody hangs up. A reset would leave no port in TIME_WAIT here, but there are servers that it brings down.
      socket.destroy();
      resolve(found);
    };
    const answered = (): void => end({ kind: 'answered', milliseconds: performance.now() - start });
    const giveUp = (): void => end({ kind: 'given-up' });
    const timer = setTimeout(() => end({ kind: 'lost' }), timeoutMs);
    signal.addEventListener('abort', giveUp);
    // Node calls connect(2) a little later than it is asked to.
    socket.once('connectionAttempt', () => (start = performance.now()));
    socket.once('connect', answered);
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ECONNREFUSED') answered();
      else end(lostCodes.includes(cause.code) ? { kind: 'lost' } : { kind: 'not-sent', cause });
    });
    socket.connect({ host: to.address, port: to.port });
  });
}
