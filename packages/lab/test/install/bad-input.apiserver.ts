import { readFileSync } from 'node:fs';
import { bedVariable, readBed } from '../../src/control-plane';
import { kubectl } from '../deploy/command';
import { until } from '../deploy/until';
import {
  agentOf,
  injectors,
  install,
  labelled,
  makeNamespace,
  namespace,
  podManifest,
  read,
  readyz,
  removeNamespaces,
  tryPod,
  uninstall,
} from './installation';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

// Which bed this is; the rest of the code does not read the environment.
const { env } = process;

let good: string;

beforeAll(async () => {
  await install();
  await makeNamespace('bad-input', labelled);
  const { data } = await read<{ data: Record<string, string> }>(
    ...['configmap', 'podlag-injector-template', '--namespace', namespace],
  );
  good = data['sidecarconfig.yaml'] ?? '';
}, 120_000);

afterAll(async () => {
  await removeNamespaces('bad-input');
  await uninstall();
}, 60_000);

async function editTemplate(text: string): Promise<void> {
  const patch = JSON.stringify({ data: { 'sidecarconfig.yaml': text } });
  const configMap = ['patch', 'configmap', 'podlag-injector-template', '--type=merge', '--patch', patch];
  await kubectl(['--namespace', namespace, ...configMap]);
}

async function everyReadyz(): Promise<string[]> {
  return Promise.all((await injectors()).map(readyz));
}

async function logs(): Promise<string> {
  const { pods } = await readBed(env[bedVariable]);
  const ours = pods.filter((pod) => pod.namespace === namespace);
  return ours.flatMap(({ containers }) => containers.map(({ log }) => readFileSync(log, 'utf8'))).join('');
}

async function failedReloads(): Promise<number[]> {
  const path = (name: string) => `/api/v1/namespaces/${namespace}/pods/http:${name}:9090/proxy/metrics`;
  const pages = await Promise.all(
    (await injectors()).map(({ metadata }) => kubectl(['get', '--raw', path(metadata.name)])),
  );
  return pages.map((page) => {
    const line = page
      .split('\n')
      .find((text) => text.includes('reloads_total{file="template",outcome="failed"}'));
    return Number(line?.split(' ').at(-1) ?? 0);
  });
}

test.each<[string, (text: string) => string, string]>([
  [
    'an unknown field',
    (text) => text.replace('imagePullPolicy', 'imagePulPolicy'),
    'containers[0].imagePulPolicy: unknown field. Did you mean imagePullPolicy?',
  ],
  [
    'a container without a name',
    (text) => text.replace('- name: podlag-agent\n    image', '- image'),
    'containers[0].name: ',
  ],
  [
    'two containers of one name',
    (text) => text.replace('\nvolumes:', '\n  - name: podlag-agent\n    image: other\n\nvolumes:'),
    'containers[1].name: is the name of another container too',
  ],
  ['no YAML', (text) => `${text}\n  - [`, 'not YAML: '],
])(
  'a template with %s is refused by line and field, and the last good one stays',
  async (_, change, words) => {
    const bad = change(good);
    expect(bad).not.toBe(good);
    const before = await failedReloads();
    await editTemplate(bad);
    const said = new RegExp(`sidecarconfig\\.yaml:[0-9]+: ${words.replace(/[.[\]?]/g, '\\$&')}`);
    await until(async () => (await everyReadyz()).every((text) => said.test(text)));
    // Not in force, but in nobody's way.
    expect((await everyReadyz()).every((text) => text.includes('"status":"ready"'))).toBe(true);
    // The injector writes its log in batches.
    await until(async () => said.test(await logs()));
    expect((await failedReloads()).every((count, index) => count > (before[index] ?? 0))).toBe(true);
    const { pod } = await tryPod('bad-input', podManifest('a'));
    expect(agentOf(pod!)).toBeDefined();
    await editTemplate(good);
    await until(async () => (await everyReadyz()).every((text) => text.includes('"cautions":[]')));
  },
  60_000,
);
