import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expandPods } from './expand-pods';
import { readManifest } from './manifest';

const tidb = readFileSync(join(__dirname, '../../../../deploy/examples/tidb-cluster.yaml'), 'utf8');

const statefulSet = `
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  replicas: 2
  serviceName: db-peer
  volumeClaimTemplates: [{metadata: {name: data}}]
  template:
    metadata: {labels: {app: db}, annotations: {note: hi}}
    spec: {containers: [{name: db}], volumes: [{name: config, emptyDir: {}}]}
`;

const deployment = `
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web}]}
`;

const pods = (text: string, seed?: number) => expandPods(readManifest('m.yaml', text), seed);

test('the TiDB cluster of the examples has its nine pods, named as its operator would name them', () => {
  const names = pods(tidb).map(({ name }) => name);
  expect(names[0]).toMatch(/^basic-discovery-[a-z0-9]{8,10}-[a-z0-9]{5}$/);
  expect(names.slice(1)).toEqual(
    ['pd-0', 'pd-1', 'pd-2', 'tikv-0', 'tikv-1', 'tikv-2', 'tidb-0', 'tidb-1'].map((name) => `basic-${name}`),
  );
});

test('the pod of a StatefulSet has its number, its labels, its owner and its claims', () => {
  const [, second] = pods(statefulSet);
  expect(second).toMatchObject({
    name: 'db-1',
    user: 'system:serviceaccount:kube-system:statefulset-controller',
    pod: {
      metadata: {
        name: 'db-1',
        generateName: 'db-',
        namespace: 'shop',
        annotations: { note: 'hi' },
        labels: {
          app: 'db',
          'apps.kubernetes.io/pod-index': '1',
          'statefulset.kubernetes.io/pod-name': 'db-1',
          'controller-revision-hash': expect.stringMatching(/^db-[a-z0-9]{1,10}$/),
        },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'StatefulSet',
            name: 'db',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        hostname: 'db-1',
        subdomain: 'db-peer',
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } },
          { name: 'config', emptyDir: {} },
        ],
      },
    },
  });
});

test('the pod of a Deployment asks for a name, and gets the hash of its ReplicaSet', () => {
  const [first, second] = pods(deployment);
  const { metadata } = first!.pod;
  const hash = metadata.labels?.['pod-template-hash'];
  expect(metadata.name).toBeUndefined();
  expect(metadata.generateName).toBe(`web-${hash}-`);
  expect(metadata.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', name: `web-${hash}` }]);
  expect(first!.name).toMatch(new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
  expect(first!.name).not.toBe(second!.name);
});

test('the same seed gives the same names, another one others', () => {
  const names = (seed?: number) => pods(deployment, seed).map(({ name }) => name);
  expect(names()).toEqual(names(0));
  expect(names(1)).not.toEqual(names(0));
});

test('replicas are one when not said, and may be none', () => {
  expect(pods(deployment.replace('replicas: 2', ''))).toHaveLength(1);
  expect(pods(deployment.replace('replicas: 2', 'replicas: 0'))).toHaveLength(0);
});

test('a plain pod is sent as it is', () => {
  const [only] = pods('kind: Pod\nmetadata: {name: p, annotations: {a: b}}\nspec: {containers: [{name: c}]}');
  expect(only).toEqual({
    name: 'p',
    user: 'kubernetes-admin',
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default', annotations: { a: 'b' } },
      spec: { containers: [{ name: 'c' }] },
    },
  });
});
