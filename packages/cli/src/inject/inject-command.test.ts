import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { CommandLine } from '../../test/command-line';
import { shippedTemplateText } from '../docs/generated-files';
import { applyAdditions } from './apply-additions';
import { shippedTemplate } from './shipped-template';

const root = join(__dirname, '../../../..');

async function inject(text: string, flags = ''): Promise<{ docs: unknown[]; stderr: string; code: number }> {
  const line = new CommandLine();
  line.files.set('in.yaml', text);
  const { stdout, stderr, code } = await line.run(`inject -f in.yaml${flags}`);
  return { docs: loadAll(stdout), stderr, code };
}

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { replicas: 2, template: { spec: { containers: [{ name: web, image: web }] } } }
`;

test('the pods of a workload get the sidecar, and all else stays as it was', async () => {
  const { docs, stderr, code } = await inject(`${deployment}\n---\nkind: ConfigMap\nmetadata: {name: a}`);
  expect(docs[0]).toMatchObject({
    spec: {
      replicas: 2,
      template: {
        metadata: { annotations: { 'podlag.io/status': expect.stringContaining('podlag-agent') } },
        spec: { initContainers: [{ name: 'podlag-agent', restartPolicy: 'Always' }] },
      },
    },
  });
  expect(JSON.stringify(docs[0])).not.toContain('ownerReferences');
  expect(docs[1]).toEqual({ kind: 'ConfigMap', metadata: { name: 'a' } });
  expect(stderr).toBe('Deployment web: injected: native sidecar podlag-agent\n');
  expect(code).toBe(0);
});

test.each([
  ['kind: Pod\nspec: {hostNetwork: true}', 'host-network'],
  ['kind: Pod\nmetadata: {annotations: {podlag.io/inject: "false"}}\nspec: {}', 'opted-out'],
  ['kind: Pod\nmetadata: {namespace: kube-system}\nspec: {}', 'system-namespace'],
  ['kind: List\nitems: [{kind: Pod, spec: {hostNetwork: true}}]', 'host-network'],
])('%j is left as it is, and why is said', async (text, reason) => {
  const { docs, stderr } = await inject(text);
  expect(docs).toEqual(loadAll(text));
  expect(stderr).toContain(`no sidecar (${reason})`);
});

test('a Job gets no plain sidecar, which would never let it end', async () => {
  const job =
    'kind: CronJob\nmetadata: {name: j}\nspec: {jobTemplate: {spec: {template: {spec: {containers: []}}}}}';
  expect((await inject(job, ' --mode plain')).stderr).toContain('no sidecar (job-plain-sidecar)');
  expect((await inject(job)).stderr).toContain('injected');
});

test('a namespace in the file has the labels that the rules look at', async () => {
  const namespace =
    'kind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}';
  expect((await inject(`${namespace}\n---\n${deployment}`, ' -n shop')).stderr).toContain('pod-security');
});

test('additions are made as RFC 6902 has them', () => {
  const document = { list: [1, 2], 'a/b': { '~': {} } };
  const operations = [
    { op: 'add', path: '/list/0', value: 0 },
    { op: 'add', path: '/list/-', value: 3 },
    { op: 'add', path: '/a~1b/~0/new', value: true },
    { op: 'add', path: '/list/3', value: 'x' },
  ] as const;
  expect(applyAdditions(document, operations)).toEqual({
    list: [0, 1, 2, 'x', 3],
    'a/b': { '~': { new: true } },
  });
  expect(document).toEqual({ list: [1, 2], 'a/b': { '~': {} } });
});

test('the template that comes along is the one of deploy/', () => {
  const template = readFileSync(join(root, 'deploy/base/sidecarconfig.yaml'), 'utf8');
  expect(shippedTemplate).toBe(template);
  expect(readFileSync(join(__dirname, 'shipped-template.ts'), 'utf8')).toBe(shippedTemplateText(template));
});
