import type { Pod } from '@podlag/kube';
import { agentPortOf } from './agent-of-pod';

const injected = { 'podlag.io/status': '{}' };
const app = { name: 'app', ports: [{ name: 'http', containerPort: 80 }] };
const agent = { name: 'podlag-agent' };
const port = (containerPort: number) => ({ name: 'sidecar', ports: [{ name: 'podlag', containerPort }] });

function podWith(spec: object | undefined, annotations: Record<string, string> = {}): Pod {
  return { metadata: { namespace: 'shop', name: 'db', annotations }, spec } as Pod;
}

test.each<[string, Pod, number | undefined]>([
  ['a pod that is as its user wrote it has none', podWith({ containers: [app] }), undefined],
  ['a port called podlag says where', podWith({ containers: [app, port(2400)] }), 2400],
  ['as a native sidecar, too', podWith({ containers: [app], initContainers: [port(2400)] }), 2400],
  ['where the injector was and no port is named', podWith({ containers: [app] }, injected), 2332],
  ['what the template calls its container is enough', podWith({ containers: [app, agent] }), 2332],
  ['as a native sidecar, too', podWith({ containers: [app], initContainers: [agent] }), 2332],
  ['the named port counts before the annotation', podWith({ containers: [port(2400)] }, injected), 2400],
  ['none is on the network of a node', podWith({ hostNetwork: true, containers: [port(2332)] }), undefined],
  ['nothing is known of a pod without a spec', podWith(undefined, injected), undefined],
])('%s', (_, pod, expected) => {
  expect(agentPortOf(pod)).toBe(expected);
});
