import type * as z from 'zod';
import { agentFaultsOutput } from './agent-faults-output';
import { appliedOutput } from './applied-output';
import { benchCompareOutput } from './bench-compare-output';
import { benchBenchmarksOutput, benchListOutput } from './bench-list-output';
import { benchObservedOutput } from './bench-observed-output';
import { benchShowOutput } from './bench-show-output';
import { certsOutput } from './certs-output';
import { checkOutput } from './check-output';
import { explainOutput } from './explain-output';
import { latencyOutput } from './latency-output';
import { matrixOutput, presetsOutput } from './matrix-output';
import { objectListOutput } from './object-list-output';
import { statusOutput } from './status-output';
import { verifyOutput } from './verify-output';
import { versionOutput } from './version-output';

/** What each command prints with -o json, by the command as it is typed, with the flag that makes it another. */
export const outputSchemas: Readonly<Record<string, z.ZodType>> = {
  'podlag latency set': latencyOutput,
  'podlag latency get': latencyOutput,
  'podlag latency clear': latencyOutput,
  'podlag fault apply': appliedOutput,
  'podlag fault list': objectListOutput,
  'podlag fault list --agent': agentFaultsOutput,
  'podlag fault delete': appliedOutput,
  'podlag matrix apply': appliedOutput,
  'podlag matrix list': objectListOutput,
  'podlag matrix show': matrixOutput,
  'podlag matrix presets': presetsOutput,
  'podlag matrix delete': appliedOutput,
  'podlag scenario list': objectListOutput,
  'podlag scenario pause': appliedOutput,
  'podlag scenario resume': appliedOutput,
  'podlag scenario abort': appliedOutput,
  'podlag scenario delete': appliedOutput,
  'podlag status': statusOutput,
  'podlag explain': explainOutput,
  'podlag check': checkOutput,
  'podlag verify': verifyOutput,
  'podlag bench list': benchListOutput,
  'podlag bench list --benchmarks': benchBenchmarksOutput,
  'podlag bench show': benchShowOutput,
  'podlag bench compare': benchCompareOutput,
  'podlag bench observed': benchObservedOutput,
  'podlag certs': certsOutput,
  'podlag version': versionOutput,
};
