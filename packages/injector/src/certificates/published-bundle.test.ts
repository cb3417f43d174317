import type { Webhook } from '@podlag/kube';
import { X509Certificate } from 'node:crypto';
import { readBundle, type CaBundle } from './ca-bundle';
import { newCertificate } from './new-certificate';
import {
  anyBundle,
  commonBundle,
  publishedBundles,
  publishes,
  publishingPatch,
  webhooksThatRefuse,
  type PublishedBundles,
} from './published-bundle';

const now = new Date('2026-11-20T12:00:00Z');
const make = (): ReturnType<typeof newCertificate> =>
  newCertificate({ hosts: ['a'], lifeMs: 3_600_000, now });
const [one, two] = [make(), make()];
const cas = (text: string): CaBundle => readBundle(text)!;

const service = { name: 'podlag-injector', namespace: 'podlag-system' };
const base64 = (pem: string): string => Buffer.from(pem).toString('base64');

function read(...list: readonly Webhook[]): PublishedBundles {
  const metadata = { name: 'podlag-injector', resourceVersion: '7' };
  return publishedBundles({ metadata, webhooks: list }, service);
}

function webhooks(...bundles: (string | undefined)[]): PublishedBundles {
  const webhook = (pem: string | undefined, index: number): Webhook => ({
    name: `w${index}`,
    clientConfig: { service, ...(pem === undefined ? {} : { caBundle: base64(pem) }) },
  });
  return read(...bundles.map(webhook));
}

test.each<[string, PublishedBundles, boolean]>([
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
  expect(webhooksThatRefuse(webhooks(one.ca, two.ca, two.ca + one.ca), [leaf], now)).toEqual(['w1']);
  const later = new Date(now.getTime() + 3_600_000);
  expect(webhooksThatRefuse(webhooks(one.ca), [leaf], later)).toEqual(['w0']);
});

test('common are the CAs that every webhook trusts', () => {
  expect(commonBundle(webhooks(one.ca + two.ca, two.ca)).map(String)).toEqual([two.ca]);
  expect(commonBundle(webhooks(one.ca, undefined))).toEqual([]);
  expect(commonBundle(webhooks())).toEqual([]);
});

test('some trust more: what any webhook trusts is there once', () => {
  expect(anyBundle(webhooks(one.ca, two.ca + one.ca, undefined)).map(String)).toEqual([one.ca, two.ca]);
});

describe('a webhook that calls something else', () => {
  const elsewhere: readonly Webhook[] = [
    { name: 'url', clientConfig: { url: 'https://localhost:8443/mutate' } },
    { name: 'service', clientConfig: { service: { ...service, name: 'other' } } },
    { name: 'namespace', clientConfig: { service: { ...service, namespace: 'default' } } },
    { name: 'nothing', clientConfig: {} },
  ];
  const ours: Webhook = { name: 'ours', clientConfig: { service: { ...service, path: '/mutate' } } };

  test('is left alone by the patch, which counts it all the same', () => {
    const published = read(...elsewhere, ours);
    expect(published.others).toEqual(['url', 'service', 'namespace', 'nothing']);
    expect(publishingPatch(published, cas(one.ca)).map(({ path }) => path)).toEqual([
      '/metadata/resourceVersion',
      '/webhooks/4/clientConfig/caBundle',
    ]);
  });

  test('refuses nothing, and takes nothing from what is common', () => {
    const leaf = new X509Certificate(one.cert);
    const right = { ...ours, clientConfig: { ...ours.clientConfig, caBundle: base64(one.ca) } };
    const published = read(...elsewhere, right);
    expect(webhooksThatRefuse(published, [leaf], now)).toEqual([]);
    expect(publishes(published, cas(one.ca))).toBe(true);
    expect(commonBundle(published).map(String)).toEqual([one.ca]);
  });
});
