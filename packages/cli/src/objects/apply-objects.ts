import type { KubeApi, KubeObject } from '@podlag/kube';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import type { AppliedObject } from '../output/applied-output';
import { isObserved, statusOf } from './object-kinds';
import type { ReadObject } from './read-objects';
import { waitForObject, type Waited } from './wait-for-object';

/**
 * Whose fields they are from now on, for server-side apply: those that the file says, also where kubectl or the controller had
 * set them. What the file does not say stays as it is, and theirs.
 */
const fieldManager = 'podlag';

export interface ApplyFlags {
  readonly dryRun?: 'server';
  /** Whether to look on until it is in force. */
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Applies all, in the order of the file, then waits for each to be in force. */
export async function applyObjects(
  context: CommandContext,
  api: KubeApi,
  objects: readonly ReadObject[],
  flags: ApplyFlags,
): Promise<readonly AppliedObject[]> {
  const dryRun = flags.dryRun === 'server';
  for (const { kind, object } of objects) {
    await api.apply(kind.resource, object, { fieldManager, force: true, dryRun });
  }
  if (dryRun || !flags.wait) return objects.map((read) => appliedObject(read));
  const deadline = context.clock.now() + flags.timeoutMs;
  const outcomes: AppliedObject[] = [];
  for (const read of objects) {
    const timeoutMs = Math.max(0, deadline - context.clock.now());
    outcomes.push(await inForce(context, api, read, timeoutMs));
  }
  return outcomes;
}

/** The answer about an object; `seen` is how it was at last. */
export function appliedObject({ kind, ref }: ReadObject, seen?: KubeObject): AppliedObject {
  const known = seen === undefined ? {} : { phase: statusOf(seen).phase, pods: statusOf(seen).pods };
  return { kind: kind.kind, ...ref, ...known };
}

async function inForce(
  context: CommandContext,
  api: KubeApi,
  read: ReadObject,
  timeoutMs: number,
): Promise<AppliedObject> {
  const { kind, ref } = read;
  const { clock, stderr, interrupted: signal } = context;
  let last: KubeObject | undefined;
  const judge = (object: KubeObject): KubeObject | undefined => {
    last = object;
    return isSettled(object) ? object : undefined;
  };
  const target = { resource: kind.resource, ref };
  const waited = await waitForObject(api, target, judge, { clock, timeoutMs, signal, stderr });
  if (waited.kind !== 'settled') throw notInForce(read, waited, last);
  const { phase, failures } = statusOf(waited.value);
  if (phase === 'Failed') throw failed(read, failures, waited.value);
  return appliedObject(read, waited.value);
}

/** Suspended is as it was asked for, too: nothing more will come of it. */
function isSettled(object: KubeObject): boolean {
  const { spec } = object as KubeObject & { readonly spec?: { readonly suspend?: boolean } };
  const settled = ['Effective', 'Running', 'Paused', 'Finished', 'Aborted', 'Failed'];
  return isObserved(object) && (spec?.suspend === true || settled.includes(statusOf(object).phase));
}

function nameOf({ kind, ref }: ReadObject): string {
  return `${kind.group}/${ref.name}`;
}

function notInForce(
  read: ReadObject,
  waited: Exclude<Waited<unknown>, { kind: 'settled' }>,
  last: KubeObject | undefined,
): Error {
  const name = nameOf(read);
  if (waited.kind === 'interrupted') {
    return cliErrors.error('interrupted', `not waited for ${name} any longer; it stays applied`, {
      hint: `See with "podlag status -n ${read.ref.namespace}" how it is, or take it away with "podlag ${read.kind.command} delete ${read.ref.name}".`,
    });
  }
  if (waited.kind === 'gone') {
    return cliErrors.error('not-effective', `${name} has been deleted meanwhile`, {
      hint: 'Somebody else deleted it; apply it again.',
    });
  }
  if (last === undefined || statusOf(last).observedGeneration === undefined) {
    return cliErrors.error('not-effective', `${name}: no controller has looked at it`, {
      hint: 'See with "podlag check" whether podlag-controller runs, and what to do.',
    });
  }
  const { phase, pods } = statusOf(last);
  const counts = `${pods.effective} of ${pods.selected} pods have it in force, ${pods.failed} failed`;
  return cliErrors.error('not-effective', `${name} is ${phase}: ${counts}`);
}

function failed(
  read: ReadObject,
  failures: ReturnType<typeof statusOf>['failures'],
  object: KubeObject,
): Error {
  const [first] = failures;
  const told = statusOf(object).conditions.find(({ status }) => status === 'False')?.message;
  const why = first === undefined ? (told ?? 'see its conditions') : `${first.pod}: ${first.detail}`;
  return cliErrors.error('not-effective', `${nameOf(read)} is Failed: ${why}`, {
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
  });
}
