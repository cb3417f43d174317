import type { PodlagError } from '@podlag/core';
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

/** An object that was applied, or with a dry run would be. */
export interface SentObject {
  readonly read: ReadObject;
  /** As the API server has it now. */
  readonly object: KubeObject;
}

/** Applies all, in the order of the file. @param dryRun they are checked only */
export async function sendObjects(
  api: KubeApi,
  objects: readonly ReadObject[],
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<readonly SentObject[]> {
  const sent: SentObject[] = [];
  for (const read of objects) {
    const object = await api.apply(read.kind.resource, read.object, { fieldManager, force: true, dryRun });
    sent.push({ read, object });
  }
  return sent;
}

/**
 * Why nothing will come of an object that was applied: it was over before, and what is asked for is not new, so that it is
 * not begun again. Undefined for one that goes on, begins, or is suspended, as it was asked for.
 */
export function whyOver({ read, object }: SentObject): PodlagError | undefined {
  const { phase } = statusOf(object);
  if (phase !== 'Finished' || !isObserved(object) || isSuspended(object)) return undefined;
  const { kind, ref } = read;
  return cliErrors.error(
    'already-over',
    `${nameOf(read)} of ${ref.namespace} is ${phase}: nothing is in force`,
    {
      hint: `Delete it with "podlag ${kind.command} delete ${ref.name} -n ${ref.namespace}" and apply it again; or give the one in the file another name.`,
    },
  );
}

/** Waits for each to be in force. @param timeoutMs for all together */
export async function waitUntilInForce(
  context: CommandContext,
  api: KubeApi,
  objects: readonly ReadObject[],
  timeoutMs: number,
): Promise<readonly AppliedObject[]> {
  const deadline = context.clock.now() + timeoutMs;
  const outcomes: AppliedObject[] = [];
  for (const read of objects) {
    const leftMs = Math.max(0, deadline - context.clock.now());
    outcomes.push(await inForce(context, api, read, leftMs));
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
  const settled = ['Effective', 'Running', 'Paused', 'Finished', 'Aborted', 'Failed'];
  return isObserved(object) && (isSuspended(object) || settled.includes(statusOf(object).phase));
}

function isSuspended(object: KubeObject): boolean {
  const { spec } = object as KubeObject & { readonly spec?: { readonly suspend?: boolean } };
  return spec?.suspend === true;
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
