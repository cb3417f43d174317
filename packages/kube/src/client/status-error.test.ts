import { apiCall } from '../api-call';
import { retryAfterMs } from '../kube-errors';
import { secrets } from '../resource';
import { isAbsence, isRefusal, statusError } from './status-error';

const call = apiCall('patch', secrets, { namespace: 'a', name: 'b' });
const answer = (status: number, reason?: string, details?: object, message = 'told') => ({
  status,
  text: JSON.stringify({ kind: 'Status', message, reason, details }),
});

test.each([
  ['kube-invalid', answer(400, 'BadRequest')],
  ['kube-unauthorized', answer(401, 'Unauthorized')],
  ['kube-not-found', answer(404, 'NotFound')],
  ['kube-conflict', answer(409, 'Conflict')],
  ['kube-already-exists', answer(409, 'AlreadyExists')],
  ['kube-invalid', answer(422, 'Invalid', { causes: [] })],
  ['kube-unavailable', answer(429, 'TooManyRequests')],
  ['kube-unavailable', answer(500, 'InternalError')],
  ['kube-unavailable', answer(503)],
  ['kube-unavailable', answer(504, 'Timeout')],
  ['kube-unavailable', answer(302)],
] as const)('%s: %j', (code, given) => {
  const error = statusError(call, given);
  expect(error).toMatchObject({ code, message: 'patch secrets/b -n a: told' });
});

test('what RBAC does not allow comes with the question that shows it', () => {
  const message =
    'secrets "b" is forbidden: User "system:serviceaccount:a:c" cannot patch resource "secrets" in API group "" in the namespace "a"';
  expect(statusError(call, answer(403, 'Forbidden', {}, message))).toMatchObject({
    code: 'kube-forbidden',
    message: 'system:serviceaccount:a:c may not patch secrets/b -n a',
    hint: expect.stringContaining('kubectl auth can-i patch secrets/b -n a --as=system:serviceaccount:a:c'),
  });
});

test('a 403 that is not of RBAC is not blamed on it', () => {
  const message = 'secrets "b" is forbidden: exceeded quota: objects, requested: secrets=1';
  const error = statusError(call, answer(403, 'Forbidden', {}, message));
  expect(error).toMatchObject({ code: 'kube-invalid', message: `patch secrets/b -n a: ${message}` });
});

test.each([
  ['that did not hold', true, {}, 'kube-conflict'],
  ['beside which the object is bad', true, { causes: [{ field: 'data' }] }, 'kube-invalid'],
  ['that is not there: the patch itself is bad', false, {}, 'kube-invalid'],
])('a patch with a test %s', (_, isTested, details, code) => {
  expect(statusError(call, answer(422, 'Invalid', details), isTested)).toMatchObject({ code });
});

test('a proxy that answers in its own words is understood by its status', () => {
  const error = statusError(call, { status: 502, text: '<h1>Bad Gateway</h1>' });
  expect(error).toMatchObject({ code: 'kube-unavailable', message: 'patch secrets/b -n a: HTTP status 502' });
});

test('only the API server can say that an object is not there', () => {
  expect(isAbsence(answer(404, 'NotFound'))).toBe(true);
  expect(isAbsence({ status: 404, text: '404 page not found' })).toBe(false);
  expect(isAbsence(answer(200))).toBe(false);
});

test('when to come again is told with what may pass by itself', () => {
  const busy = statusError(call, { ...answer(429, 'TooManyRequests'), retryAfterMs: 2_000 });
  expect(busy.code).toBe('kube-unavailable');
  expect(retryAfterMs(busy)).toBe(2_000);
  expect(retryAfterMs(statusError(call, answer(429, 'TooManyRequests')))).toBeUndefined();
  expect(retryAfterMs(statusError(call, { ...answer(422, 'Invalid'), retryAfterMs: 2_000 }))).toBeUndefined();
  expect(retryAfterMs(new Error('other'))).toBeUndefined();
});

test.each([
  ['an API server that refuses', 503, '{"kind":"Status","apiVersion":"v1","status":"Failure"}', true],
  ['a pod that says where it is', 200, '{"kind":"Status","apiVersion":"v1","status":"Success"}', false],
  ['a pod that refuses', 409, '{"code":"stale-generation","status":409}', false],
  ['a pod that speaks no JSON', 500, 'oh no', false],
])('%s', (_, status, text, isIt) => {
  expect(isRefusal({ status, text })).toBe(isIt);
});
