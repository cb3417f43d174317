import { apiCall, podProxyCall, printApiCall } from './api-call';
import { namespaces, secrets } from './resource';
import { deployments } from './resources/workload';

test.each([
  ['patch secrets/certs -n a', apiCall('patch', secrets, { namespace: 'a', name: 'certs' })],
  ['list namespaces', apiCall('list', namespaces, { namespace: 'a' })],
  [
    'patch deployments.apps/web -n a --subresource=status',
    apiCall('patch', deployments, { namespace: 'a', name: 'web' }, 'status'),
  ],
  ['get pods/web -n a --subresource=proxy', podProxyCall({ namespace: 'a', name: 'web', port: 1 }, 'GET')],
  ['update pods/web -n a --subresource=proxy', podProxyCall({ namespace: 'a', name: 'web', port: 1 }, 'PUT')],
  [
    'create pods/web -n a --subresource=proxy',
    podProxyCall({ namespace: 'a', name: 'web', port: 1 }, 'POST'),
  ],
])('a call is printed as "kubectl auth can-i" takes it: %s', (text, call) => {
  expect(printApiCall(call)).toBe(text);
});
