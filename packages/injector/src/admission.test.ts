import { podWith, settings, type Json } from '../test/judge';
import { shippedTemplate } from '../test/templates';
import { reviewOf, tikvPod } from '../test/tikv-pod';
import { admit, type Admission } from './admission';
import { printReview, readReview } from './admission-review';

const admitting = (review: unknown, labels?: Record<string, string>): Admission =>
  admit(readReview(JSON.stringify(review)), {
    template: () => shippedTemplate,
    namespaceLabels: { labelsOf: () => labels },
    settings: () => ({ ...settings, onPodSecurity: 'deny' }),
  });

interface Answer {
  readonly response: Json & { readonly patch?: string };
}

const answerTo = (review: unknown, labels?: Record<string, string>): Answer => {
  const question = readReview(JSON.stringify(review));
  return JSON.parse(printReview(question, admitting(review, labels).answer)) as Answer;
};

test.each(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'])(
  '%s is answered in its own version, with its uid',
  (apiVersion) => {
    const answer = answerTo({ ...reviewOf(tikvPod(), { uid: 'u-1' }), apiVersion });
    expect(answer).toMatchObject({
      apiVersion,
      kind: 'AdmissionReview',
      response: {
        uid: 'u-1',
        allowed: true,
        patchType: 'JSONPatch',
        warnings: ['podlag: injected: plain sidecar podlag-agent'],
        auditAnnotations: { decision: 'injected', detail: 'plain sidecar podlag-agent' },
      },
    });
    const patch = JSON.parse(Buffer.from(answer.response.patch ?? '', 'base64').toString()) as Json[];
    expect(patch.map(({ path }) => String(path))).toEqual([
      '/metadata/annotations/podlag.io~1status',
      '/spec/containers/-',
      '/spec/volumes/-',
      '/spec/volumes/-',
    ]);
  },
);

test('a pod that is left alone is allowed, without a patch, and with the reason', () => {
  const { response } = answerTo(reviewOf(podWith({ spec: { hostNetwork: true } })));
  expect(response).toEqual({
    uid: expect.any(String),
    allowed: true,
    warnings: ['podlag: no sidecar (host-network): the agent would shape the node, not the pod'],
    auditAnnotations: { decision: 'host-network', detail: 'the agent would shape the node, not the pod' },
  });
});

test('a refusal says what kubectl is to print', () => {
  const enforced = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const { response } = answerTo(reviewOf(podWith()), enforced);
  expect(response).toMatchObject({
    allowed: false,
    status: {
      code: 403,
      reason: 'Forbidden',
      message: expect.stringContaining('kubectl label --overwrite ns'),
    },
  });
  expect(response).not.toHaveProperty('patch');
});

const deployments = { group: 'apps', version: 'v1', resource: 'deployments' };

test.each([
  ['an update of a pod', { operation: 'UPDATE' }, 'UPDATE of pods'],
  ['the end of a pod', { operation: 'DELETE', object: null }, 'DELETE of pods'],
  ['a subresource of a pod', { subResource: 'ephemeralcontainers' }, 'CREATE of pods/ephemeralcontainers'],
  ['another kind', { resource: deployments, object: { spec: {} } }, 'CREATE of deployments'],
  [
    'pods of another group',
    { resource: { group: 'x.io', version: 'v1', resource: 'pods' } },
    'CREATE of pods',
  ],
])('%s is allowed untouched', (_, request, words) => {
  const { answer, ...admission } = admitting(reviewOf(podWith(), request));
  expect(admission).toMatchObject({ reason: 'not-a-pod-create', result: 'skipped' });
  expect(answer).toMatchObject({ allowed: true, detail: expect.stringContaining(words) });
  expect(answer.patch).toBeUndefined();
});

test('the namespace is that of the request: a pod out of a template has none of its own yet', () => {
  const pod = podWith();
  const answer = admitting(reviewOf(pod, { namespace: 'kube-system' }));
  expect(pod.metadata).not.toHaveProperty('namespace');
  expect(answer).toMatchObject({ reason: 'system-namespace', namespace: 'kube-system', name: 'basic-pd-' });
});

test.each([
  ['no object', 'null', 'body: '],
  ['another kind', JSON.stringify({ ...reviewOf({}), kind: 'Pod' }), 'kind: must be AdmissionReview'],
  [
    'an unknown version',
    JSON.stringify({ ...reviewOf({}), apiVersion: 'v1' }),
    'apiVersion: must be admission.k8s.io/v1 or',
  ],
  ['no request', JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }), 'request: '],
  ['no uid', JSON.stringify(reviewOf({}, { uid: '' })), 'request.uid: must not be empty'],
  ['an uid that is no text', JSON.stringify(reviewOf({}, { uid: 7 })), 'request.uid: '],
])('%s is no review, and the error names the field', (_, body, words) => {
  expect(() => readReview(body)).toThrow(
    expect.objectContaining({ code: 'not-an-admission-review', message: expect.stringContaining(words) }),
  );
});

test.each([
  ['nothing', null, 'request.object: '],
  ['a pod without a spec', { metadata: {} }, 'request.object.spec: '],
  [
    'containers that are no list',
    { metadata: {}, spec: { containers: {} } },
    'request.object.spec.containers: ',
  ],
  [
    'a container that is text',
    { metadata: {}, spec: { containers: ['a'] } },
    'request.object.spec.containers[0]: ',
  ],
  [
    'annotations that are no text',
    { metadata: { annotations: { a: 1 } }, spec: {} },
    'request.object.metadata.annotations.a: ',
  ],
])('a pod CREATE with %s for an object is an error that names the field', (_, object, words) => {
  expect(() => admitting(reviewOf(object))).toThrow(
    expect.objectContaining({ code: 'not-an-admission-review', message: expect.stringContaining(words) }),
  );
});

test('an error about broken JSON does not quote it: it may hold secrets', () => {
  expect(() => readReview('{"password": "hunter2')).toThrow(
    expect.objectContaining({ code: 'malformed-json', message: expect.not.stringContaining('hunter2') }),
  );
});
