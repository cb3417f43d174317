import * as fc from 'fast-check';
import { celLiteral } from '../../src/policy/cel-literal';
import { eventually } from '../eventually';
import { apply, kubectl, remove, tryKubectl } from './kubectl';
import { uniqueName } from './policy-bed';

// A kind of object that holds any JSON, and a policy that writes some into each new one: what comes back is what the API
// server's own CEL has read.

jest.setTimeout(60_000);

const kind = uniqueName('celliteral').replace('-', '');
const group = `${kind}.podlag.io`;
const installed: object[] = [];

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind}.${group}` },
  spec: {
    group,
    scope: 'Cluster',
    names: { plural: kind, singular: kind, kind },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

beforeAll(async () => {
  await apply(definition);
  installed.push(definition);
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', `crd/${kind}.${group}`]);
});

afterAll(() => remove(...installed));

/** What the API server makes of an expression. */
async function evaluated(expression: string, given: object = {}): Promise<unknown> {
  const name = uniqueName('podlag-literal');
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [group], apiVersions: ['v1'], operations: ['CREATE'], resources: [kind] },
        ],
      },
      matchConditions: [{ name: 'own', expression: `object.metadata.name == "${name}"` }],
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: `[JSONPatch{op: "add", path: "/value", value: ${expression}}]` },
        },
      ],
    },
  };
  const binding = { ...policy, kind: 'MutatingAdmissionPolicyBinding', spec: { policyName: name } };
  await apply(policy, binding);
  installed.push(binding, policy);
  const object = { apiVersion: `${group}/v1`, kind, metadata: { name }, ...given };
  return eventually(async () => {
    const create = ['create', '--dry-run=server', '--validate=ignore', '-o', 'json', '-f', '-'];
    const { status, stdout, stderr } = await tryKubectl(create, JSON.stringify(object));
    // Policies hear of a new kind by a watch of their own, and until then say that there is none.
    if (stderr.includes('There can be a delay')) return undefined;
    if (status !== 0) throw new Error(stderr);
    return (JSON.parse(stdout) as { value?: { result: unknown } }).value;
  }, 30_000).then(({ result }) => result);
}

const anyString = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

test('strings of every kind reach the object as they are', async () => {
  const texts = [
    ...fc.sample(anyString, { numRuns: 300, seed: 2332 }),
    ...[
      '',
      '"',
      '\\',
      "'",
      '\\"',
      '\\n',
      '\n\r\t\b\f\v\0',
      '\u007f\u0080\u2028\u2029\ufeff',
      '\u{10ffff}',
      '${a}',
      '`',
    ],
    ...['"""', "'''", 'r"x"', '\\u0041', '\\x41', '%s', '{{a}}', '/* */ // #'],
  ];
  expect(await evaluated(`{"result": ${celLiteral(texts)}}`)).toEqual(texts);
});

test('half a surrogate pair, which is no text, is replaced as JSON of the API server replaces it', async () => {
  expect(await evaluated(`{"result": ${celLiteral(['a\ud800b', '\udc00'])}}`)).toEqual([
    'a\ufffdb',
    '\ufffd',
  ]);
});

test('whatever is JSON reaches the object as it is', async () => {
  const values = [
    ...fc.sample(fc.jsonValue({ maxDepth: 4 }), { numRuns: 150, seed: 2332 }),
    ...[
      0,
      -0,
      1,
      -1,
      2332,
      0.5,
      -0.25,
      1e-7,
      1e21,
      123456789012345680000,
      2 ** 53 - 1,
      -(2 ** 53 - 1),
      5e-324,
    ],
    ...[[], {}, [[]], [{}], { a: {} }, { a: [] }, [null], { a: null }, [1, 'a', true, null, [2], { b: 'c' }]],
  ];
  // A zero below zero is zero in JSON.
  const expected: unknown = JSON.parse(JSON.stringify(values));
  expect(await evaluated(`{"result": ${celLiteral(values)}}`)).toEqual(expected);
});

test('blanks are filled in, and alternatives taken, by what the object says', async () => {
  const mark = '\ue000';
  const blank = `${mark}object.who${mark}`;
  const standard = {
    greeting: `hello ${blank}, "you"`,
    only: blank,
    deep: { kept: [1], size: 'small', gone: 'x' },
  };
  const large = { ...standard, deep: { kept: [1], size: 'large', more: true } };
  const loud = { ...standard, greeting: `HELLO ${blank}` };
  const expression = celLiteral(
    { result: standard },
    {
      mark,
      alternatives: [
        { when: 'has(object.large)', value: { result: large } },
        { when: 'has(object.loud)', value: { result: loud } },
      ],
    },
  );
  const small = { kept: [1], size: 'small', gone: 'x', more: null };
  expect(await evaluated(expression, { who: 'w' })).toEqual({
    greeting: 'hello w, "you"',
    only: 'w',
    deep: small,
  });
  expect(await evaluated(expression, { who: '"', loud: true })).toEqual({
    greeting: 'HELLO "',
    only: '"',
    deep: small,
  });
  expect(await evaluated(expression, { who: 'w', loud: true, large: true })).toEqual({
    greeting: 'HELLO w',
    only: 'w',
    deep: { kept: [1], size: 'large', gone: null, more: true },
  });
});
