import { checkCertificate, type CertificateSet } from './certificate-set';
import type { Known } from './followed-object';
import { handover, type Handover, type HandoverState } from './handover';
import { newCertificate } from './new-certificate';
import type { PublishedBundles } from './published-bundle';

const now = new Date('2026-11-20T12:00:00Z');
const secondsAgo = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);

function set(): CertificateSet {
  const { ca, cert, key } = newCertificate({ hosts: ['a'], lifeMs: 3_600_000, now });
  const names = { cert: 'tls.crt', key: 'tls.key', bundle: 'ca.crt' };
  const checked = checkCertificate({ cert, key, bundle: ca }, { now, names });
  if (checked.kind === 'bad') throw new Error(checked.detail);
  return checked.set;
}

const [old, next] = [set(), set()];

/** One webhook for each list of sets, whose CAs it trusts. */
function trusting(...webhooks: CertificateSet[][]): Known<PublishedBundles> {
  const bundles = webhooks.map((sets, index) => ({
    ...{ name: `w${index}`, index },
    bundle: sets.flatMap(({ bundle }) => bundle),
  }));
  return { kind: 'found', object: { version: '1', webhooks: bundles, others: [] } };
}

const start: HandoverState = {
  now,
  serving: old,
  stored: next,
  configuration: trusting([old]),
  publishedSince: undefined,
  settleMs: 5_000,
};

test.each<[string, Partial<HandoverState>, Handover['kind']]>([
  ['nothing is stored: the old one goes on', { stored: undefined }, 'stay'],
  ['the stored one is being served', { stored: old }, 'stay'],
  [
    'the stored one is the same, with another CA beside it',
    { stored: { ...old, chain: [old.leaf, next.leaf] }, publishedSince: secondsAgo(5) },
    'switch',
  ],
  ['only the throw-away one is served: anything is better', { serving: undefined }, 'switch'],
  ['the new CA is not published: the old one goes on', {}, 'stay'],
  ['nothing is known of what is published', { configuration: { kind: 'unread' } }, 'stay'],
  ['there is no configuration: nobody calls', { configuration: { kind: 'missing' } }, 'switch'],
  [
    'the new CA was published a moment ago: not all API servers know it',
    { configuration: trusting([next, old]), publishedSince: secondsAgo(4.999) },
    'wait',
  ],
  [
    'the new CA has been published for long enough',
    { configuration: trusting([next, old]), publishedSince: secondsAgo(5) },
    'switch',
  ],
  [
    'the old CA is published no more, the new one is',
    { configuration: trusting([next]), publishedSince: now },
    'switch',
  ],
  ['one webhook of two trusts the new CA alone', { configuration: trusting([next, old], [next]) }, 'switch'],
  ['one webhook of two trusts the old CA alone', { configuration: trusting([next], [old]) }, 'stay'],
  ['somebody has published another CA: neither is better', { configuration: trusting([set()]) }, 'stay'],
  [
    'the old one has expired',
    { serving: { ...old, notAfter: now }, configuration: { kind: 'unread' } },
    'switch',
  ],
])('%s', (_, state, kind) => expect(handover({ ...start, ...state }).kind).toBe(kind));

test('who waits knows until when', () => {
  const state = { ...start, configuration: trusting([next, old]), publishedSince: secondsAgo(2) };
  expect(handover(state)).toEqual({ kind: 'wait', until: new Date(now.getTime() + 3_000) });
});
