import type { CustomResourceDefinition } from '@podlag/kube';
import type { Check } from '../check';
import type { Evidence, NamedDefinition } from '../evidence';
import { installCommand } from '../own-objects';
import { failed, ok, verdictOn } from '../verdict';

const version = 'v1alpha1';

/** Whether the API server has podlag's three kinds, in the version that this program speaks. */
export const customResources: Check<
  Pick<Evidence, 'definitions' | 'injector' | 'controller' | 'ownNamespace'>
> = {
  name: 'custom-resources',
  group: 'custom resources',
  judge: (evidence) =>
    verdictOn(evidence.definitions, (definitions) => {
      const leaving = definitions.filter(isLeaving);
      if (leaving.length > 0) return failed(leaving.map(sinceWhen).join('; '), reminder(leaving));
      const wrong = definitions.flatMap((one) => whatIsWrong(one) ?? []);
      if (wrong.length === 0) return ok(`all ${definitions.length} are served as ${version}`);
      return failed(wrong.join('; '), installCommand(evidence));
    }),
};

function isLeaving({ definition }: NamedDefinition): boolean {
  return definition?.metadata.deletionTimestamp !== undefined;
}

function sinceWhen({ name, definition }: NamedDefinition): string {
  const terminating = definition?.status?.conditions?.find(({ type }) => type === 'Terminating');
  const why = terminating?.message === undefined ? '' : `: ${terminating.message}`;
  return `${name} is being deleted since ${definition?.metadata.deletionTimestamp}${why}`;
}

/** An API server may forget that it was about to delete a definition. Any change of it reminds it. */
function reminder(leaving: readonly NamedDefinition[]): string {
  return `kubectl annotate --overwrite crd ${leaving.map(({ name }) => name).join(' ')} podlag.io/reminded=yes`;
}

function whatIsWrong({ name, definition }: NamedDefinition): string | undefined {
  if (definition === undefined) return `${name} is missing`;
  if (!isServed(definition)) return `${name} has ${versionsOf(definition)}, not ${version}`;
  const established = definition.status?.conditions?.find(({ type }) => type === 'Established');
  if (established?.status === 'True') return undefined;
  return `${name} is not established: ${established?.message ?? 'the API server has not taken it yet'}`;
}

function isServed({ spec }: CustomResourceDefinition): boolean {
  return spec?.versions.some(({ name, served }) => name === version && served) ?? false;
}

function versionsOf({ spec }: CustomResourceDefinition): string {
  const served = spec?.versions.filter((one) => one.served).map(({ name }) => name) ?? [];
  return served.length === 0 ? 'no version that is served' : served.join(', ');
}
