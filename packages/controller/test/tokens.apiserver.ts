import { KeyRing, tokenConfigMap, tokenSecret } from '@podlag/access';
import { networkFaults, type NetworkFault } from '@podlag/api';
import { configMaps, secrets } from '@podlag/kube';
import { writeRing } from '../src/keys/key-secret';
import { ApiServerBed } from './apiserver-bed';
import { until } from './until';

const bed = new ApiServerBed();
const { api, fleet, namespace } = bed;
const token = { env: { PODLAG_AGENT_ACCESS: 'token' } };

jest.setTimeout(120_000);
beforeAll(async () => {
  await bed.open();
  // As deploy/ makes them: the controller may not.
  await api.create(secrets, { metadata: { namespace, name: tokenSecret.name }, type: 'Opaque' });
  await api.create(configMaps, { metadata: { namespace, name: tokenConfigMap.name } });
});
afterEach(() => bed.clear());
afterAll(() => bed.close());

const secret = () => api.get(secrets, { namespace, name: tokenSecret.name });

async function ring(): Promise<KeyRing> {
  return until(async () => KeyRing.fromSecret(await secret()));
}

/** The public keys, as the injector gives them to new pods. */
async function published(): Promise<string> {
  return until(async () => {
    const found = await api.get(configMaps, { namespace, name: tokenConfigMap.name });
    return found?.data?.[tokenConfigMap.key];
  });
}

async function kidsAt(name: string): Promise<readonly string[]> {
  const { body } = await fleet.at(name).get('/v1/keys');
  return (body as { readonly keys: readonly { readonly kid: string }[] }).keys.map(({ kid }) => kid).sort();
}

function slow(time: string): NetworkFault {
  return {
    metadata: { name: 'slow', namespace },
    spec: { selector: {}, delay: { time }, to: [{ cidr: '192.0.2.0/24' }] },
  };
}

const kids = ({ keys }: KeyRing) => keys.map(({ kid }) => kid);

test('the controller makes keys and publishes them, agents in token mode take its plans, and another key takes over without a restart', async () => {
  await bed.start(api, token);
  const first = await ring();
  const keys = await published();
  expect(JSON.parse(keys)).toEqual(first.publicKeys.document());
  const env = { PODLAG_ACCESS: 'token', PODLAG_TOKEN_KEYS: keys };
  const web1 = await bed.add('web-1', { app: 'web' }, { env });
  await bed.add('web-2', { app: 'web' }, { env });
  expect(await web1.put('/v1/faults/mine', { delay: { time: '1ms' } })).toMatchObject({ status: 401 });
  await api.create(networkFaults, slow('20ms'));
  await until(async () => (await bed.networkFault('slow'))?.status?.ready === '2/2', 20_000);

  // As the documentation has it: another key beside the first, and when all have it the new one signs.
  const both = first.withNext(new Date());
  await writeRing(api, { read: await secret(), ring: both });
  for (const name of ['web-1', 'web-2'])
    await until(async () => (await kidsAt(name)).join() === kids(both).sort().join(), 20_000);
  await until(async () => kids(await ring())[0] === kids(both)[1], 20_000);
  await until(async () => (await published()).includes(kids(both)[1] ?? ''));
  await api.delete(networkFaults, { namespace, name: 'slow' });
  await until(async () => (await bed.faultsOf('web-1')).length === 0);
  await api.create(networkFaults, slow('30ms'));
  await until(async () => (await bed.networkFault('slow'))?.status?.ready === '2/2', 20_000);

  // The old key is gone once nothing that it signed is valid.
  const last = (await ring()).pruned();
  await writeRing(api, { read: await secret(), ring: last });
  for (const name of ['web-1', 'web-2'])
    await until(async () => (await kidsAt(name)).join() === kids(last).join(), 20_000);
});
