import { at, find, objectsOf, titleOf, type Manifest } from './manifest';
import { composed, rendered } from './rendering';

// Each question is a kubectl or a helm, and an installation is forty objects.
jest.setTimeout(120_000);

const switches = [
  ['fail-closed', 'MutatingWebhookConfiguration', ['webhooks', 0, 'failurePolicy'], 'failurePolicy=Fail'],
  ['policy-deny', 'ValidatingAdmissionPolicyBinding', ['spec', 'validationActions'], 'policy.action=Deny'],
] as const;

const byTitle = (objects: readonly Manifest[]) =>
  Object.fromEntries(objects.map((object) => [titleOf(object), object]));

describe.each(switches)('components/%s', (component, kind, path, value) => {
  let base: readonly Manifest[];
  let objects: readonly Manifest[];
  beforeAll(async () => {
    [base, objects] = await Promise.all([composed(), composed(component)]);
  });

  test(`changes one object, a ${kind}`, () => {
    const before = byTitle(base);
    const changed = objects.filter(
      (object) => JSON.stringify(object) !== JSON.stringify(before[titleOf(object)]),
    );
    expect(changed.map((object) => object.kind)).toEqual([kind]);
    expect(Object.keys(byTitle(objects)).sort()).toEqual(Object.keys(before).sort());
  });

  test(`is what the chart makes of ${value}`, async () => {
    const ofChart = at(find(objectsOf(await rendered('--set', value)), kind), ...path);
    expect(at(find(objects, kind), ...path)).toEqual(ofChart);
    expect(at(find(base, kind), ...path)).not.toEqual(ofChart);
  });
});

describe('components/token-access', () => {
  const programs = ['podlag-injector', 'podlag-controller'];
  const envOf = (objects: readonly Manifest[], program: string) =>
    at(find(objects, 'Deployment', program), 'spec', 'template', 'spec', 'containers', 0, 'env') as Env[];
  const sorted = (env: readonly Env[]) => env.toSorted((a, b) => a.name.localeCompare(b.name));
  const roleOf = (objects: readonly Manifest[]) => find(objects, 'Role', 'podlag-token-keys-keeper').rules;

  interface Env {
    readonly name: string;
    readonly value?: string;
  }

  let base: readonly Manifest[];
  let objects: readonly Manifest[];
  let ofChart: readonly Manifest[];
  beforeAll(async () => {
    [base, objects] = await Promise.all([composed(), composed('token-access')]);
    ofChart = objectsOf(await rendered('--set', 'agentAccess=token'));
  });

  test('tells both programs, and gives the controller its keys, and changes nothing else', () => {
    const before = byTitle(base);
    const changed = objects.filter(
      (object) => JSON.stringify(object) !== JSON.stringify(before[titleOf(object)]),
    );
    expect(changed.map(titleOf).sort()).toEqual([
      ...['Deployment/podlag-controller', 'Deployment/podlag-injector'],
      ...['Role/podlag-token-keys-keeper', 'RoleBinding/podlag-token-keys-keeper'],
    ]);
  });

  test('is what the chart makes of agentAccess=token', () => {
    for (const program of programs)
      expect(sorted(envOf(objects, program))).toEqual(sorted(envOf(ofChart, program)));
    expect(roleOf(objects)).toEqual(roleOf(ofChart));
  });
});
