import type { Webhook, WebhookConfiguration } from '@podlag/kube';
import { X509Certificate } from 'node:crypto';
import { readBundle, type CaBundle } from './ca-bundle';
import { newCertificate } from './new-certificate';
import { commonBundle, publishes, publishingPatch, webhooksThatRefuse } from './published-bundle';

const now = new Date('2026-11-20T12:00:00Z');
const make = (): ReturnType<typeof newCertificate> =>
  newCertificate({ hosts: ['a'], lifeMs: 3_600_000, now });
const [one, two] = [make(), make()];
const cas = (text: string): CaBundle => readBundle(text)!;

function webhooks(...bundles: (string | undefined)[]): WebhookConfiguration {
  const webhook = (pem: string | undefined, index: number): Webhook => ({
    name: `w${index}`,
    clientConfig: pem === undefined ? {} : { caBundle: Buffer.from(pem).toString('base64') },
  });
  return {
    metadata: { name: 'podlag-injector', resourceVersion: '7' },
    webhooks: bundles.map(webhook),
  };
}

test.each<[string, WebhookConfiguration, boolean]>([
  ['the same', webhooks(one.ca + two.ca), true],
  ['in another order', webhooks(two.ca + one.ca), true],
  ['in other bytes', webhooks(`# mine\n${one.ca.replaceAll('\n', '\r\n')}\n${two.ca}${one.ca}`), true],
  ['one less', webhooks(one.ca), false],
  ['none', webhooks(undefined), false],
  ['something else', webhooks('x'), false],
  ['a broken one', webhooks(one.ca.replace(/^M.{20}/m, 'MIIB')), false],
  ['one webhook of two', webhooks(one.ca + two.ca, two.ca), false],
])('%s is published', (_, configuration, expected) => {
  expect(publishes(configuration, cas(one.ca + two.ca))).toBe(expected);
});

test('one more is a difference', () => {
  expect(publishes(webhooks(one.ca + two.ca), cas(one.ca))).toBe(false);
});

test('the patch is for that version of the configuration, and for each of its webhooks', () => {
  const value = Buffer.from(one.ca).toString('base64');
  expect(publishingPatch(webhooks(undefined, two.ca), cas(one.ca))).toEqual([
    { op: 'test', path: '/metadata/resourceVersion', value: '7' },
    { op: 'add', path: '/webhooks/0/clientConfig/caBundle', value },
    { op: 'add', path: '/webhooks/1/clientConfig/caBundle', value },
  ]);
});

test('a webhook refuses a leaf whose CA it does not trust', () => {
  const leaf = new X509Certificate(one.cert);
  expect(webhooksThatRefuse(webhooks(one.ca, two.ca, two.ca + one.ca), leaf, now)).toEqual(['w1']);
  const later = new Date(now.getTime() + 3_600_000);
  expect(webhooksThatRefuse(webhooks(one.ca), leaf, later)).toEqual(['w0']);
});

test('common are the CAs that every webhook trusts', () => {
  expect(commonBundle(webhooks(one.ca + two.ca, two.ca)).map(String)).toEqual([two.ca]);
  expect(commonBundle(webhooks(one.ca, undefined))).toEqual([]);
  expect(commonBundle(webhooks())).toEqual([]);
});
