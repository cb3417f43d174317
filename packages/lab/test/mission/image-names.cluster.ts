import { kubectl } from '../deploy/command';
import { objectsOf, type Manifest } from '../deploy/manifest';
import { rendered } from '../deploy/rendering';
import { agentOf, namespace, podManifest, podsIn, tryPod } from '../install/installation';
import { helmOptionsWith, imageName, overlayWith, withAgent } from './support/image-names';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import { agentUrl, measuringPod, startPods } from './support/measuring-pod';
import { makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { suite } from './support/suite';
import { rolledOutIn, untilIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'image-names';
const where = 'image-names-injected';
const elsewhere = {
  agentImage: 'registry.example:5000/me/podlag-agent:1.2.3',
  injectorImage: `registry.example:5000/me/podlag-injector@sha256:${'0'.repeat(64)}`,
  controllerImage: 'registry.example:5000/me/podlag-controller:1.2.3',
};

test.each([
  ['podlag-agent:1.2.3', { repository: 'podlag-agent', tag: '1.2.3' }],
  ['podlag-agent', { repository: 'podlag-agent' }],
  ['ghcr.io/me/podlag-agent:1.2.3', { repository: 'ghcr.io/me/podlag-agent', tag: '1.2.3' }],
  ['localhost:5000/podlag-agent', { repository: 'localhost:5000/podlag-agent' }],
  ['localhost:5000/podlag-agent:v1', { repository: 'localhost:5000/podlag-agent', tag: 'v1' }],
  ['me/podlag-agent@sha256:0a', { repository: 'me/podlag-agent', digest: 'sha256:0a' }],
  [
    'localhost:5000/podlag-agent:v1@sha256:0a',
    { repository: 'localhost:5000/podlag-agent', digest: 'sha256:0a' },
  ],
])('%s is read in parts', (image, parts) => {
  expect(imageName(image)).toEqual(parts);
});

test('a template that names its image otherwise is not taken as one that has the new name', () => {
  expect(() => withAgent('image: agent:1', 'other:1')).toThrow('sidecarconfig.yaml has no line');
});

/** Every image of podlag's that the objects name, in the Deployments and in the sidecar's template. */
const imagesOf = (objects: readonly Manifest[]): readonly string[] => [
  ...new Set(JSON.stringify(objects).match(/[\w./:-]*podlag-(agent|injector|controller)[:@][\w.:]+/g)),
];

test.each([
  ['kustomize', async () => kubectl(['kustomize', await overlayWith(elsewhere)])],
  ['Helm', () => rendered(...helmOptionsWith(elsewhere))],
])('by %s nothing is left of the names that the images are shipped with', async (_, render) => {
  expect([...imagesOf(objectsOf(await render()))].sort()).toEqual(Object.values(elsewhere).sort());
});

// Elsewhere nobody knows a second name by which the nodes have the same images.
if (suite.onBed) {
  test('by their full names the same images are installed, and injected', async () => {
    const full = {
      agentImage: `docker.io/library/${suite.agentImage}`,
      injectorImage: `docker.io/library/${suite.injectorImage}`,
      controllerImage: `docker.io/library/${suite.controllerImage}`,
    };
    await ensureInstalled();
    try {
      await kubectl(['apply', '-k', await overlayWith(full)]);
      await rolledOutIn(namespace, 'deployment/podlag-injector', 'deployment/podlag-controller');
      await makeOwnNamespace(owner, where, { injected: true });
      // Injectors hear of the new template by a watch.
      await untilIn(where, async () => {
        const { pod: trial } = await tryPod(where, podManifest('trial'));
        return trial !== undefined && JSON.stringify(agentOf(trial)).includes(full.agentImage);
      });
      const [pod] = await startPods(where, measuringPod('a'));
      const [found] = await podsIn(where);
      expect(agentOf(found!)).toMatchObject({ image: full.agentImage });
      expect(JSON.parse(await pod!.wget(agentUrl(pod!, '/latency')))).toMatchObject({ latency: '0ms' });
    } finally {
      await Promise.all([removeNamespacesOf(owner), ensureInstalled()]);
    }
  });
}
