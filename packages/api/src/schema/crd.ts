import type { KubeObject, Resource } from '@podlag/kube';
import { apiGroup, apiVersion, latencyMatrices, networkFaults, scenarios } from '../custom-resource';
import type { JsonSchema } from './json-schema';
import { latencyMatrixSpec } from './latency-matrix-schema';
import { networkFaultSpec } from './network-fault-schema';
import { columns, type PrinterColumn } from './printer-columns';
import { scenarioSpec } from './scenario-schema';
import { latencyMatrixStatus, networkFaultStatus, scenarioStatus } from './status-schema';

/** A CustomResourceDefinition (apiextensions.k8s.io/v1), as far as podlag writes it. */
export interface CrdDocument {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

interface Definition {
  readonly resource: Resource<KubeObject>;
  readonly shortName: string;
  readonly description: string;
  readonly spec: JsonSchema;
  readonly status: JsonSchema;
  readonly columns: readonly PrinterColumn[];
}

const definitions: readonly Definition[] = [
  {
    resource: networkFaults,
    shortName: 'nf',
    description: 'One fault in the network of some pods.',
    spec: networkFaultSpec,
    status: networkFaultStatus,
    columns: columns('What', 'Phase', 'Ready', 'Age'),
  },
  {
    resource: latencyMatrices,
    shortName: 'lm',
    description: 'The network between regions.',
    spec: latencyMatrixSpec,
    status: latencyMatrixStatus,
    columns: columns('Summary', 'Phase', 'Ready', 'Age'),
  },
  {
    resource: scenarios,
    // Not sc, which StorageClass has: kubectl would never mean a Scenario.
    shortName: 'scn',
    description: 'Faults on a timeline, which the agents keep by themselves.',
    spec: scenarioSpec,
    status: scenarioStatus,
    columns: columns('Phase', 'Ready', 'Position', 'Skew', 'Age'),
  },
];

/** The definitions of podlag's kinds for the API server, in the order of customResources. */
export function crdDocuments(): readonly CrdDocument[] {
  return definitions.map(documentOf);
}

function documentOf(definition: Definition): CrdDocument {
  const { kind, plural } = definition.resource;
  const singular = kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${apiGroup}` },
    spec: {
      group: apiGroup,
      scope: 'Namespaced',
      names: {
        ...{ kind, plural, singular, listKind: `${kind}List` },
        ...{ shortNames: [definition.shortName], categories: ['podlag'] },
      },
      versions: [versionOf(definition)],
    },
  };
}

function versionOf({ description, spec, status, columns: additionalPrinterColumns }: Definition): JsonSchema {
  return {
    ...{ name: apiVersion.replace(`${apiGroup}/`, ''), served: true, storage: true },
    additionalPrinterColumns,
    subresources: { status: {} },
    schema: { openAPIV3Schema: objectOf(description, spec, status) },
  };
}

function objectOf(description: string, spec: JsonSchema, status: JsonSchema): JsonSchema {
  return {
    ...{ type: 'object', description, required: ['spec'] },
    properties: {
      apiVersion: { type: 'string', description: `${apiVersion}.` },
      kind: { type: 'string', description: 'The kind of the object.' },
      metadata: { type: 'object' },
      ...{ spec, status },
    },
  };
}
