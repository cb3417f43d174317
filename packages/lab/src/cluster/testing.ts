import type { LabPod } from './lab';
import type { Container, Pod } from './pod';

/** A pod of the API with one container, for tests. */
export function podWith(container: Partial<Container> = {}, rest: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'db-0',
      namespace: 'shop',
      uid: 'u-1',
      labels: { app: 'db' },
      annotations: { note: 'hi' },
    },
    spec: { containers: [{ name: 'db', image: 'db:1', ...container }], ...rest },
  };
}

/** A pod of the lab, for tests. */
export function labPodWith(overrides: Partial<LabPod> = {}): LabPod {
  return {
    name: 'db-0',
    namespace: 'shop',
    ip: '10.244.0.10',
    ipv6: 'fd00:10:244::a',
    containers: ['db'],
    sidecars: ['podlag-agent'],
    netns: 'podlag-1a2b-db-0',
    decision: 'injected',
    detail: 'native sidecar podlag-agent',
    warnings: ['podlag: injected'],
    object: podWith(),
    ...overrides,
  };
}
