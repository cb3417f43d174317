import { readBundle } from './ca-bundle';
import { newCertificate } from './new-certificate';
import { bundleToPublish } from './publication';
import type { PublishedBundles } from './published-bundle';

const now = new Date('2026-11-20T12:00:00Z');
const make = (): string => newCertificate({ hosts: ['a'], lifeMs: 3_600_000, now }).ca;
const [one, two, three] = [make(), make(), make()];

function published(...bundles: string[]): PublishedBundles {
  const webhooks = bundles.map((pem, index) => ({ name: `w${index}`, index, bundle: readBundle(pem)! }));
  return { version: '1', webhooks, others: [] };
}

test.each<[string, boolean, string[]]>([
  ['the whole truth takes the place of what is published', true, [one]],
  ['what is not yet the whole comes before what any webhook trusts', false, [one, two, three]],
])('%s', (_, isWhole, expected) => {
  const bundle = readBundle(one)!;
  expect(bundleToPublish({ bundle, isWhole }, published(two + one, three)).map(String)).toEqual(expected);
});

test('what is published does not grow for ever', () => {
  const many = published(...Array.from({ length: 20 }, make));
  expect(bundleToPublish({ bundle: readBundle(one)!, isWhole: false }, many)).toHaveLength(16);
});
