import * as z from 'zod';
import { injectorErrors } from './injector-errors';
import type { LiveFile, LiveFileOptions } from './live-file';
import type { Labels, NamespaceLabels } from './namespace';
import { readYaml, YamlProblem } from './yaml-document';

type LabelsByNamespace = ReadonlyMap<string, Labels>;

const mapping = 'must be a mapping of namespaces to labels';

const schema = z.record(
  z.string(),
  z
    .record(z.string(), z.string('must be a string; put it in quotes'), 'must be a mapping of labels')
    .nullable(),
  mapping,
);

/** How to open a YAML file of namespaces and their labels as a live file. */
export function namespaceLabelsFile(
  path: string,
): Pick<LiveFileOptions<LabelsByNamespace>, 'label' | 'paths' | 'parse'> {
  return {
    label: 'namespace-labels',
    paths: [path],
    parse: ([content]) => parseNamespaceLabels(path, String(content)),
  };
}

/** Labels out of a live file. */
export function labelsFromFile(file: LiveFile<LabelsByNamespace>): NamespaceLabels {
  return { labelsOf: (namespace) => file.value.get(namespace) };
}

/** @throws PodlagError `invalid-namespace-labels`, with file, line and field */
export function parseNamespaceLabels(name: string, text: string): LabelsByNamespace {
  try {
    const document = readYaml({ name, text }, schema);
    return new Map(Object.entries(document).map(([namespace, labels]) => [namespace, labels ?? {}]));
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    throw injectorErrors.error('invalid-namespace-labels', error.message);
  }
}
