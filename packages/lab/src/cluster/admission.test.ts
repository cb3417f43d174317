import { admissionReview, admitted } from './admission';
import type { RequestedPod } from './expand-pods';
import { podWith } from './testing';

const requested: RequestedPod = { name: 'db-0', pod: podWith(), user: 'someone' };

function answer(response: object): object {
  return {
    response: {
      uid: 'u',
      allowed: true,
      auditAnnotations: { decision: 'injected', detail: 'd' },
      ...response,
    },
  };
}

const patchOf = (...operations: readonly object[]) =>
  Buffer.from(JSON.stringify(operations)).toString('base64');

test('a review is that of a pod being created', () => {
  expect(admissionReview(requested, 'u')).toMatchObject({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'u', operation: 'CREATE', namespace: 'shop', name: 'db-0', object: requested.pod },
  });
});

test('a pod that has no name yet is sent without one', () => {
  const metadata = { generateName: 'db-', namespace: 'shop' };
  const review = admissionReview({ ...requested, pod: { ...requested.pod, metadata } }, 'u');
  expect((review as { request: object }).request).not.toHaveProperty('name');
});

test('the patch is applied to a copy', () => {
  const patch = patchOf({ op: 'add', path: '/spec/containers/-', value: { name: 'agent' } });
  const { pod, decision, warnings } = admitted(requested, 'u', answer({ patch, warnings: ['w'] }));
  expect(pod.spec.containers.map(({ name }) => name)).toEqual(['db', 'agent']);
  expect(requested.pod.spec.containers).toHaveLength(1);
  expect([decision, warnings]).toEqual(['injected', ['w']]);
});

test('without a patch the pod is as it was', () => {
  expect(admitted(requested, 'u', answer({})).pod).toEqual(requested.pod);
});

test.each([
  ['the uid of another review', { uid: 'other' }, 'uid of another review'],
  ['a refusal', { allowed: false, status: { message: 'no' } }, 'no'],
  ['a patch that is not JSON', { patch: '!' }, 'does not apply'],
  [
    'a patch of what is not there',
    { patch: patchOf({ op: 'replace', path: '/spec/none', value: 1 }) },
    'does not apply',
  ],
])('%s is an error that names the pod', (_, response, message) => {
  const judge = () => admitted(requested, 'u', answer(response));
  expect(judge).toThrow('db-0');
  expect(judge).toThrow(message);
});

test('an answer that is none is an error', () => {
  expect(() => admitted(requested, 'u', { error: 'x' })).toThrow('response must be a mapping');
});
