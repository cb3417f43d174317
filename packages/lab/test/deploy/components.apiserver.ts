import { at, find, objectsOf, titleOf, type Manifest } from './manifest';
import { composed, rendered } from './rendering';

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
