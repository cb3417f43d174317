import { helm, kubectl, tryHelm } from './command';
import { makeNamespace, removeAll } from './cluster-state';
import { textOf, objectsOf, type Manifest } from './manifest';
import { chart, kustomized, namespace, rendered } from './rendering';

// Each question is a kubectl or a helm, and an installation is forty objects.
jest.setTimeout(120_000);

const webhook = ['mutatingwebhookconfiguration', 'podlag-injector'];

/** PEM, in base64, as it would be from an injector. The API server wants a certificate in a caBundle. */
const caBundle = Buffer.from(
  `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUCqZwQ8xGd1CHcNqmFtQzMSgVdB8wCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
`,
).toString('base64');

const data = { 'ca.crt': caBundle, 'tls.crt': caBundle, 'tls.key': Buffer.from('a key').toString('base64') };

/** Made empty, and filled by our programs: the plural, the name, and what they write. */
const filled = [
  ['secrets', 'podlag-injector-certs', data],
  ['secrets', 'podlag-token-keys', { 'keys.json': Buffer.from('{"keys":[]}').toString('base64') }],
  ['configmaps', 'podlag-token-keys', { 'keys.json': '{"keys":[]}' }],
] as const;

const objectIn = async (plural: string, name: string) =>
  JSON.parse(await kubectl(['get', plural, name, '-n', namespace, '-o', 'json'])) as Manifest;

/** What the injector does when it has made its certificate, and the controller when it has made keys. */
async function publish(): Promise<void> {
  const path = '/webhooks/0/clientConfig/caBundle';
  await kubectl([
    'patch',
    ...webhook,
    '--type=json',
    '-p',
    JSON.stringify([{ op: 'add', path, value: caBundle }]),
  ]);
  for (const [plural, name, written] of filled) {
    const current = await objectIn(plural, name);
    // Raw, as our programs do it: by itself `kubectl replace` rewrites what the next `kubectl apply` compares with.
    const url = `/api/v1/namespaces/${namespace}/${plural}/${name}`;
    await kubectl(['replace', '--raw', url, '-f', '-'], JSON.stringify({ ...current, data: written }));
  }
}

async function published(): Promise<unknown> {
  const [ofWebhook, ...objectsFilled] = await Promise.all([
    kubectl(['get', ...webhook, '-o', 'jsonpath={.webhooks[0].clientConfig.caBundle}']),
    ...filled.map(([plural, name]) => objectIn(plural, name)),
  ]);
  return { caBundle: ofWebhook, data: objectsFilled.map((object) => object.data) };
}

const nothing = { caBundle: '', data: filled.map(() => undefined) };
const everything = { caBundle, data: filled.map(([, , written]) => written) };

const timeout = () => kubectl(['get', ...webhook, '-o', 'jsonpath={.webhooks[0].timeoutSeconds}']);

/** The same with another timeoutSeconds, so that applying it is a change. */
function changed(objects: readonly Manifest[]): Manifest[] {
  return JSON.parse(
    JSON.stringify(objects).replaceAll('"timeoutSeconds":3', '"timeoutSeconds":4'),
  ) as Manifest[];
}

// Without the Deployment: where the bed runs pods, a real injector would publish a certificate of its own.
const withoutPods = (objects: readonly Manifest[]) => objects.filter(({ kind }) => kind !== 'Deployment');

let objects: readonly Manifest[];

beforeAll(async () => {
  await makeNamespace();
  const shipped = await kustomized('.');
  await removeAll(shipped);
  objects = withoutPods(shipped);
});

describe.each([
  ['kubectl apply', []],
  ['kubectl apply --server-side', ['--server-side']],
])('%s', (_, flags) => {
  afterEach(() => removeAll(objects));

  test.each([
    ['once more', (all: readonly Manifest[]) => all, '3'],
    ['with a change of the webhook', changed, '4'],
  ])(
    '%s takes away neither the caBundle, nor the certificate, nor the keys of tokens',
    async (_title, next, expected) => {
      const apply = ['apply', ...flags, '--validate=strict', '-f', '-'];
      await kubectl(apply, textOf(objects));
      expect(await published()).toEqual(nothing);
      await publish();
      await kubectl(apply, textOf(next(objects)));
      expect(await timeout()).toBe(expected);
      expect(await published()).toEqual(everything);
    },
  );
});

describe('helm upgrade', () => {
  // A node that there is not: see above.
  const install = [
    'upgrade',
    '--install',
    'podlag',
    chart,
    '-n',
    namespace,
    '--set-string',
    'nodeSelector.nowhere=true',
  ];

  afterEach(async () => {
    await tryHelm(['uninstall', 'podlag', '-n', namespace]);
    await removeAll(withoutPods(objectsOf(await rendered())));
  });

  test.each([
    ['once more', [], '3'],
    ['with another value', ['--set', 'timeoutSeconds=4'], '4'],
  ])(
    '%s takes away neither the caBundle, nor the certificate, nor the keys of tokens',
    async (_title, values, expected) => {
      await helm(install);
      expect(await published()).toEqual(nothing);
      await publish();
      await helm([...install, ...values]);
      expect(await timeout()).toBe(expected);
      expect(await published()).toEqual(everything);
    },
  );

  test('a second release is refused by the names, before it does harm', async () => {
    await helm(install);
    const { code, stderr } = await tryHelm(['install', 'second', chart, '-n', namespace]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /"podlag-(injector|controller)".*exists and cannot be imported into the current release/s,
    );
  });

  test('the notes say how to go on, and how to stop it all', async () => {
    const said = await helm(install);
    expect(said).toContain('kubectl label namespace NAMESPACE sidecar-injection=enabled');
    expect(said).toContain('curl -X GET http://POD-IP:2332/latency/20ms');
    expect(said).toContain(
      `\n  kubectl delete ${webhook.join('/')} validatingadmissionpolicybinding/podlag-sidecar\n`,
    );
  });

  test('the notes name no policy to delete where there is none', async () => {
    const said = await helm([...install, '--set', 'policy.enabled=false']);
    expect(said).toContain(`\n  kubectl delete ${webhook.join('/')}\n`);
  });
});
