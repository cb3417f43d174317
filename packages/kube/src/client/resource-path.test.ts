import { mutatingWebhookConfigurations, namespaces, secrets } from '../resource';
import { pods } from '../resources/pod';
import { collectionPath, objectPath, podProxyPath, scopePath, subresourcePath } from './resource-path';

test.each([
  ['of the core group', collectionPath(secrets, 'a'), '/api/v1/namespaces/a/secrets'],
  ['in all namespaces', collectionPath(secrets), '/api/v1/secrets'],
  ['without namespaces', collectionPath(namespaces, 'a'), '/api/v1/namespaces'],
  [
    'of another group',
    objectPath(mutatingWebhookConfigurations, { name: 'b' }),
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/b',
  ],
  [
    'whose name is no path',
    objectPath(secrets, { namespace: 'a', name: '../b?c' }),
    '/api/v1/namespaces/a/secrets/..%2Fb%3Fc',
  ],
  [
    'and its status',
    subresourcePath(pods, { namespace: 'a', name: 'b' }, 'status'),
    '/api/v1/namespaces/a/pods/b/status',
  ],
  [
    'that is a pod, to its port',
    podProxyPath({ namespace: 'a', name: 'b', port: 2332 }, '/v1/explain?dst=10.1.2.3'),
    '/api/v1/namespaces/a/pods/b%3A2332/proxy/v1/explain?dst=10.1.2.3',
  ],
  [
    'of which some are meant by their labels',
    scopePath(pods, { labelSelector: 'app in (a,b)' }, { limit: '500' }),
    '/api/v1/pods?limit=500&labelSelector=app+in+%28a%2Cb%29',
  ],
])('the path of a kind %s', (_, path, expected) => expect(path).toBe(expected));

test('one object is asked for by its name alone, so that a role with resourceNames suffices', () => {
  expect(scopePath(secrets, { namespace: 'a', name: 'b' })).toBe(
    '/api/v1/namespaces/a/secrets?fieldSelector=metadata.name%3Db',
  );
  expect(scopePath(secrets, { namespace: 'a' }, { watch: 'true' })).toBe(
    '/api/v1/namespaces/a/secrets?watch=true',
  );
});
