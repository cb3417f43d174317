import { latencyMatrices, networkFaults, scenarios } from '@podlag/api';
import type { KubeObject, Resource } from '@podlag/kube';
import type { ObjectKind } from '../desired/object-key';

/** Where objects of a kind are in the API. */
export function resourceOf(kind: ObjectKind): Resource<KubeObject> {
  switch (kind) {
    case 'networkfault':
      return networkFaults;
    case 'latencymatrix':
      return latencyMatrices;
    case 'scenario':
      return scenarios;
  }
}
