import { mutatingWebhookConfigurations, namespaces, secrets } from '../resource';
import { collectionPath, objectPath, scopePath } from './resource-path';

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
])('the path of a kind %s', (_, path, expected) => expect(path).toBe(expected));

test('one object is asked for by its name alone, so that a role with resourceNames suffices', () => {
  expect(scopePath(secrets, { namespace: 'a', name: 'b' })).toBe(
    '/api/v1/namespaces/a/secrets?fieldSelector=metadata.name%3Db',
  );
  expect(scopePath(secrets, { namespace: 'a' }, { watch: 'true' })).toBe(
    '/api/v1/namespaces/a/secrets?watch=true',
  );
});
