import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { parse } from 'protobufjs';
import benchProto from './bench.proto';
import type { FromWorkerWire } from './from-worker';
import type { ToWorkerWire } from './to-worker';

/** The one call of the contract: its path, and how its messages become bytes and come back. */
export interface WorkCall {
  readonly path: string;
  readonly requestSerialize: (message: FromWorkerWire) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (message: ToWorkerWire) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
}

// The text is part of the bundle, so that an image needs no second file.
const definition = fromJSON(parse(benchProto).root.toJSON(), {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

/** bench.proto's service. */
export const benchService = definition['podlag.bench.v1.Bench'] as ServiceDefinition;

/** bench.proto's `Work`. */
export const workCall = benchService.Work as unknown as WorkCall;

/** The most bytes of one message: an Outcome with its 80 KiB of output, its words and its arguments fits four times. */
export const mostMessageBytes = 512 * 1024;
