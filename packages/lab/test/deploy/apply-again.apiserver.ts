import { helm, kubectl, tryHelm } from './command';
import { makeNamespace, removeAll } from './cluster-state';
import { textOf, objectsOf, type Manifest } from './manifest';
import { chart, kustomized, namespace, rendered } from './rendering';

const secret = ['secret', 'podlag-injector-certs', '-n', namespace];
const webhook = ['mutatingwebhookconfiguration', 'podlag-injector'];

/** PEM, in base64, as it would be from an injector. The API server wants a certificate in a caBundle. */
const caBundle = Buffer.from(
  `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUCqZwQ8xGd1CHcNqmFtQzMSgVdB8wCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
`,
).toString('base64');

const data = { 'ca.crt': caBundle, 'tls.crt': caBundle, 'tls.key': Buffer.from('a key').toString('base64') };

/** What the injector does when it has made its certificate. */
async function publish(): Promise<void> {
  const path = '/webhooks/0/clientConfig/caBundle';
  await kubectl([
    'patch',
    ...webhook,
    '--type=json',
    '-p',
    JSON.stringify([{ op: 'add', path, value: caBundle }]),
  ]);
  const current = JSON.parse(await kubectl(['get', ...secret, '-o', 'json'])) as Manifest;
  // Raw, as the injector does it: by itself `kubectl replace` rewrites what the next `kubectl apply` compares with.
  const url = `/api/v1/namespaces/${namespace}/secrets/podlag-injector-certs`;
  await kubectl(['replace', '--raw', url, '-f', '-'], JSON.stringify({ ...current, data }));
}

async function published(): Promise<unknown> {
  const [ofWebhook, ofSecret] = await Promise.all([
    kubectl(['get', ...webhook, '-o', 'jsonpath={.webhooks[0].clientConfig.caBundle}']),
    kubectl(['get', ...secret, '-o', 'json']),
  ]);
  return { caBundle: ofWebhook, data: (JSON.parse(ofSecret) as Manifest).data };
}

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
  ])('%s takes neither the caBundle nor the certificate away', async (_title, next, expected) => {
    const apply = ['apply', ...flags, '--validate=strict', '-f', '-'];
    await kubectl(apply, textOf(objects));
    expect(await published()).toEqual({ caBundle: '', data: undefined });
    await publish();
    await kubectl(apply, textOf(next(objects)));
    expect(await timeout()).toBe(expected);
    expect(await published()).toEqual({ caBundle, data });
  });
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
  ])('%s takes neither the caBundle nor the certificate away', async (_title, values, expected) => {
    await helm(install);
    expect(await published()).toEqual({ caBundle: '', data: undefined });
    await publish();
    await helm([...install, ...values]);
    expect(await timeout()).toBe(expected);
    expect(await published()).toEqual({ caBundle, data });
  });

  test('a second release is refused by the names, before it does harm', async () => {
    await helm(install);
    const { code, stderr } = await tryHelm(['install', 'second', chart, '-n', namespace]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/podlag-injector.*exists and cannot be imported into the current release/s);
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
