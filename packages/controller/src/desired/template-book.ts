import type { ParsedLatencyMatrix, ParsedNetworkFault } from '@podlag/api';
import { objectKey, type ObjectKind } from './object-key';
import type { OutcomeProblem } from './outcome';

/** The objects that steps of scenarios may name, suspended or not. */
export class TemplateBook {
  readonly #faults: ReadonlyMap<string, ParsedNetworkFault>;
  readonly #matrices: ReadonlyMap<string, ParsedLatencyMatrix>;

  constructor(networkFaults: readonly ParsedNetworkFault[], latencyMatrices: readonly ParsedLatencyMatrix[]) {
    this.#faults = new Map(networkFaults.map((one) => [objectKey('networkfault', one), one]));
    this.#matrices = new Map(latencyMatrices.map((one) => [objectKey('latencymatrix', one), one]));
  }

  networkFault(namespace: string, name: string): ParsedNetworkFault | undefined {
    return this.#faults.get(objectKey('networkfault', { namespace, name }));
  }

  latencyMatrix(namespace: string, name: string): ParsedLatencyMatrix | undefined {
    return this.#matrices.get(objectKey('latencymatrix', { namespace, name }));
  }
}

export function noSuchTemplate(
  kind: Exclude<ObjectKind, 'scenario'>,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  step: string,
): OutcomeProblem {
  return {
    code: 'no-such-object',
    detail: `step ${step} names ${kind} ${namespace}/${name}, which is not there or is not valid`,
    hint: `See kubectl get ${kind} -n ${namespace}; it is taken up as soon as it is there.`,
  };
}
