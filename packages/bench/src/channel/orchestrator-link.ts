import {
  ChannelCredentials,
  Client,
  type ClientOptions,
  type status,
  type StatusObject,
} from '@grpc/grpc-js';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { mostMessageBytes, workCall } from './bench-service';
import type { ChannelTls } from './channel-tls';
import { printFromWorker, type FromWorker } from './from-worker';
import { readToWorker, type ToWorker } from './to-worker';

/** How a link ended: gRPC's status, and in words. */
export interface LinkEnd {
  readonly code: status;
  readonly details: string;
}

/** What a link is opened with. */
export interface LinkOptions {
  /** `host:port`. */
  readonly orchestrator: string;
  readonly tls: ChannelTls;
  readonly onMessage: (message: ToWorker) => void;
}

/** One connection of a worker to its orchestrator. */
export interface OrchestratorLink {
  /** After the end it goes nowhere. */
  send(message: FromWorker): void;
  /** Ends it at once. */
  close(): void;
  /** Never rejects. */
  readonly ended: Promise<LinkEnd>;
}

/** Connects and opens the one call of Work. */
export function openLink({ orchestrator, tls, onMessage }: LinkOptions): OrchestratorLink {
  const { path, requestSerialize, responseDeserialize } = workCall;
  const host = orchestrator.slice(0, orchestrator.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  const client = new Client(orchestrator, credentialsOf(tls, host), optionsOf(host));
  const call = client.makeBidiStreamRequest(
    path,
    (message: FromWorker) => requestSerialize(printFromWorker(message)),
    (bytes) => readToWorker(responseDeserialize(bytes)),
  );
  let isOpen = true;
  const ended = new Promise<LinkEnd>((resolve) => {
    call.on('status', ({ code, details }: StatusObject) => {
      isOpen = false;
      client.close();
      resolve({ code, details });
    });
  });
  call.on('data', onMessage);
  // The status says the same.
  call.on('error', () => undefined);
  return {
    send: (message) => {
      if (isOpen) call.write(message);
    },
    close: () => call.cancel(),
    ended,
  };
}

function credentialsOf({ ca, key, cert }: ChannelTls, host: string): ChannelCredentials {
  return ChannelCredentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert), {
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
  });
}

/** RFC 6066, 3: an address is no server name, and another than the certificate's does no harm. */
function optionsOf(host: string): ClientOptions {
  return isIP(host) === 0
    ? channelOptions
    : { ...channelOptions, 'grpc.ssl_target_name_override': 'podlag-bench' };
}

const channelOptions = {
  'grpc.max_receive_message_length': mostMessageBytes,
  'grpc.max_send_message_length': mostMessageBytes,
  // An orchestrator that is gone without a word is noticed in twelve seconds.
  'grpc.keepalive_time_ms': 8_000,
  'grpc.keepalive_timeout_ms': 4_000,
  // Its retries would hide from us that the connection was lost; and a proxy is for the world outside.
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
};
