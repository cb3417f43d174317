import { connect, type Socket } from 'node:net';
import { benchErrors } from '../bench-errors';
import type { Peer } from './probe';

const connectTimeoutMs = 15_000;
const readBufferBytes = 64 * 1024;

/** What is heard of a connection once it stands. */
export interface ConnectionEvents {
  /** So many bytes have come; they are only there during the call. */
  readonly received: (bytes: Buffer) => void;
  /** It has ended, and not by us. Called once. */
  readonly failed: (error: Error) => void;
}

/**
 * A TCP connection to a peer, without Nagle's delay, that reads into one buffer of its own: nothing is allocated per read.
 *
 * @throws PodlagError `tool-failed` when it does not come about
 */
export function connectTo(peer: Peer, events: ConnectionEvents): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let over = (error: Error): void => reject(error);
    const buffer = Buffer.allocUnsafe(readBufferBytes);
    const callback = (length: number): boolean => {
      events.received(buffer.subarray(0, length));
      return true;
    };
    const socket = connect({ ...peer, noDelay: true, onread: { buffer, callback } });
    socket.setTimeout(connectTimeoutMs, () => socket.destroy(new Error('no answer to the connect')));
    socket.once('connect', () => {
      socket.setTimeout(0);
      over = (error) => events.failed(error);
      resolve(socket);
    });
    socket.once('error', (error) => over(peerFailed(peer, error.message, error)));
    socket.once('end', () => over(peerFailed(peer, 'the server ended the connection')));
  });
}

/** That a peer did not do its part. */
export function peerFailed({ host, port }: Peer, problem: string, cause?: unknown): Error {
  return benchErrors.error('tool-failed', `${host} port ${port}: ${problem}`, {
    hint: 'See that the server runs, and that no NetworkPolicy and no fault is between the two.',
    cause,
  });
}

/** That a peer did not answer in time. */
export function peerSilent({ host, port }: Peer, what: string): Error {
  return benchErrors.error('tool-timeout', `${host} port ${port}: ${what}`);
}

/** That a measurement was told to end before its time. */
export function stopped(): Error {
  return benchErrors.error('tool-failed', 'the probe was stopped before its end', {
    hint: 'Nothing is wrong with the network; measure again.',
  });
}
