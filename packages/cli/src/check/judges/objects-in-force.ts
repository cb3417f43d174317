import { matches, type LabelSelector } from '@podlag/api';
import type { Check } from '../check';
import type { Evidence, SeenObject } from '../evidence';
import { counted } from '../named';
import { restartCommand } from '../own-objects';
import { valueOf } from '../reading';
import { failed, nothingToSay, ok, verdictOn, warning, type Verdict } from '../verdict';

/** So long a controller that works never takes for a first word, in milliseconds. */
const patienceMs = 60_000;

/** Whether what is asked for is in force, and has pods that it is asked of. */
export const objectsInForce: Check<
  Pick<Evidence, 'objects' | 'pods' | 'namespace' | 'now' | 'ownNamespace'>
> = {
  name: 'objects-in-force',
  group: 'objects',
  judge: (evidence) => {
    // Without the definitions there are none, and another check says so.
    if (evidence.objects.kind === 'unread' && evidence.objects.error.code === 'kube-not-found')
      return nothingToSay;
    return verdictOn(evidence.objects, (objects) => {
      const wrong = objects.flatMap((one) => verdictOf(one, evidence));
      const good = objects.length - wrong.length;
      return [...(good > 0 ? ok(`${counted(good, 'object')} as asked for`) : nothingToSay), ...wrong];
    });
  },
};

function verdictOf(
  one: SeenObject,
  { pods, namespace, now, ownNamespace }: Pick<Evidence, 'pods' | 'namespace' | 'now' | 'ownNamespace'>,
): readonly Verdict[] {
  const { listed, resource } = one;
  const what = `${listed.kind} ${listed.name}`;
  const place = `${resource} ${listed.name}`;
  const selects = selected(one, pods);
  if (selects === 0 && !isOver(listed.phase)) {
    return failed(
      `${what} selects no pod`,
      `kubectl -n ${namespace} get pods --show-labels; kubectl -n ${namespace} edit ${place}`,
    );
  }
  if (listed.phase === 'Failed') {
    return failed(
      `${what} has failed: ${whyOf(one)}`,
      fixOf(one, `kubectl -n ${namespace} describe ${place}`),
    );
  }
  if (listed.phase === 'Partial') {
    return warning(
      `${what} is in force in ${listed.pods.effective} of ${listed.pods.selected} pods: ${whyOf(one)}`,
      fixOf(one, `kubectl -n ${namespace} describe ${place}`),
    );
  }
  const isLate = listed.phase === 'Pending' && now - Date.parse(listed.created ?? '') > patienceMs;
  if (!isLate || isSuspended(one)) return nothingToSay;
  return warning(
    `${what} is Pending: ${listed.message ?? 'the controller has not said why'}`,
    `kubectl -n ${namespace} describe ${place}; ${restartCommand('controller', { ownNamespace })}`,
  );
}

const isOver = (phase: string): boolean => phase === 'Finished' || phase === 'Aborted';

function whyOf({ listed: { failures, message } }: SeenObject): string {
  const [first] = failures;
  return first === undefined
    ? (message ?? 'the controller has not said why')
    : `${first.pod}: ${first.detail}`;
}

function fixOf({ listed: { failures } }: SeenObject, fallback: string): string {
  return failures[0]?.hint ?? fallback;
}

/** How many pods it is for: of a selector of its own by the pods themselves, else as the controller has it. */
function selected({ object, listed }: SeenObject, pods: Evidence['pods']): number | undefined {
  const { selector } = specOf(object);
  const there = valueOf(pods);
  if (selector !== undefined && there !== undefined) {
    return there.filter(({ metadata }) => matches(selector, metadata.labels ?? {})).length;
  }
  return listed.phase === 'Pending' ? undefined : listed.pods.selected;
}

function isSuspended({ object }: SeenObject): boolean {
  return specOf(object).suspend === true;
}

/** As the API server let it in, by the schema of its definition. */
function specOf(object: SeenObject['object']): {
  readonly selector?: LabelSelector;
  readonly suspend?: boolean;
} {
  return (object as { readonly spec?: ReturnType<typeof specOf> }).spec ?? {};
}
