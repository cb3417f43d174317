import { secrets } from '../resource';
import { scriptedServer, type Script, type ScriptedServer } from '../../test/scripted-server';
import { KubeClient } from './kube-client';

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

async function clientOf(script: Script, prefix?: string): Promise<KubeClient> {
  server = await scriptedServer(script, prefix);
  return new KubeClient(server.connection);
}

const says =
  (status: number, body: string): Script =>
  (_, response) =>
    void response.writeHead(status).end(body);

test.each([
  ['{"major":"1","minor":"36"}', { major: 1, minor: 36 }],
  ['{"major":"1","minor":"29+"}', { major: 1, minor: 29 }],
])('the version %s is read', async (body, version) => {
  expect(await (await clientOf(says(200, body))).serverVersion()).toEqual(version);
});

test.each(['{"major":"1","minor":""}', '{"major":"","minor":"29"}', '{}', '<html>log in</html>'])(
  'an answer that is none of an API server is no version: %s',
  async (body) => {
    await expect((await clientOf(says(200, body))).serverVersion()).rejects.toMatchObject({
      code: 'kube-unavailable',
      message: 'get /version: the answer is not one of an API server',
    });
  },
);

test('credentials and what the body is are said, and who asks', async () => {
  let headers: Record<string, unknown> = {};
  const client = await clientOf((request, response) => {
    ({ headers } = request);
    response.end('{"metadata":{"name":"b"}}');
  });
  await client.patch(secrets, { namespace: 'a', name: 'b' }, [{ op: 'remove', path: '/data' }]);
  expect(headers).toMatchObject({
    authorization: 'Bearer abc',
    'content-type': 'application/json-patch+json',
    'user-agent': 'podlag',
  });
});

test('a patch whose test did not hold is a conflict; one without a test that cannot be applied is invalid', async () => {
  const client = await clientOf(says(422, '{"reason":"Invalid","details":{}}'));
  const ref = { namespace: 'a', name: 'b' };
  const remove = { op: 'remove', path: '/data' } as const;
  const tested = client.patch(secrets, ref, [{ op: 'test', path: '/data', value: {} }, remove]);
  await expect(tested).rejects.toMatchObject({ code: 'kube-conflict' });
  await expect(client.patch(secrets, ref, [remove])).rejects.toMatchObject({ code: 'kube-invalid' });
});

test('an API server behind a prefix is asked there', async () => {
  const client = await clientOf(says(200, '{"major":"1","minor":"36"}'), '/k8s/clusters/c-1/');
  await client.serverVersion();
  expect(server?.requests).toEqual(['GET /k8s/clusters/c-1/version']);
});

test('a 404 of something on the way does not make an object absent', async () => {
  const client = await clientOf(says(404, '404 page not found'));
  const call = client.get(secrets, { namespace: 'a', name: 'b' });
  await expect(call).rejects.toMatchObject({ code: 'kube-not-found' });
});

test('a pod that says more than anybody can use is not listened to', async () => {
  const client = await clientOf((_, response) => response.end(Buffer.alloc((16 << 20) + 1, 'x')));
  const pod = { namespace: 'a', name: 'b', port: 2332 };
  await expect(client.podProxy(pod, { method: 'GET', path: '/v1/state' })).rejects.toMatchObject({
    code: 'kube-unavailable',
    message: expect.stringContaining('longer than 16777216 bytes'),
  });
});

test('a connection that is cut in the middle of an answer may work the next time', async () => {
  const client = await clientOf((_, response) => {
    response.writeHead(200).write('{"major":');
    setImmediate(() => response.destroy());
  });
  await expect(client.serverVersion()).rejects.toMatchObject({ code: 'kube-unavailable' });
});
