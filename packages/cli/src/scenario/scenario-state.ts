import { scenarios, type ScenarioState } from '@podlag/api';
import type { KubeApi, ObjectRef } from '@podlag/kube';

/** Says what is wanted of a Scenario; the controller sees to it. @throws PodlagError `kube-not-found` */
export async function setScenarioState(api: KubeApi, ref: ObjectRef, state: ScenarioState): Promise<void> {
  // `add` replaces what is there (RFC 6902, section 4.1), and the field has a default that may not be stored.
  await api.patch(scenarios, ref, [{ op: 'add', path: '/spec/state', value: state }]);
}
