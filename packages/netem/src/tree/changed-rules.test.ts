import { blockOf, parseCidr } from '@podlag/core';
import fc from 'fast-check';
import { changedRules, rulesEqual, withSharedRules } from './changed-rules';
import { longestFirst } from './rule-set';
import type { AddressRule, Rules, Verdict } from './rules';

const ordered = ['10.0.0.1/32', '10.0.0.2/32', 'fd00::1/128', '10.0.0.0/24', 'fd00::/16', '10.0.0.0/8'];

const verdict = fc.record({
  portRules: fc.constantFrom(
    [],
    [{ protocol: 'tcp' as const, ports: { first: 80, last: 80 }, to: 17 }],
    [{ protocol: 'tcp' as const, ports: { first: 80, last: 81 }, to: 17 }],
    [{ protocol: 'udp' as const, ports: undefined, to: 17 }],
  ),
  otherwise: fc.constantFrom(1, 16),
});

/** In the order in which `classify` makes them. */
const rules: fc.Arbitrary<Rules<number>> = fc
  .tuple(fc.subarray(ordered), fc.array(verdict, { minLength: ordered.length, maxLength: ordered.length }))
  .map(([blocks, verdicts]) => ({
    blocks: longestFirst(
      blocks.map((text, index) => ({
        block: blockOf(parseCidr(text)),
        verdict: structuredClone(verdicts[index]) as Verdict<number>,
      })),
    ),
    everybody: 1,
  }));

const textsOf = (found: readonly AddressRule<number>[]): readonly string[] =>
  found.map((rule) => JSON.stringify(rule));

test('what is asked and what is gone are what only one set of rules has, in its order', () => {
  fc.assert(
    fc.property(rules, rules, (before, after) => {
      const [old, now] = [textsOf(before.blocks), textsOf(after.blocks)];
      const { asked, gone } = changedRules(before, after);
      expect(textsOf(asked)).toEqual(now.filter((text) => !old.includes(text)));
      expect(textsOf(gone)).toEqual(old.filter((text) => !now.includes(text)));
      expect(textsOf(changedRules(undefined, after).asked)).toEqual(now);
    }),
  );
});

test('rules in another order are found to have changed more than they have, never less', () => {
  fc.assert(
    fc.property(rules, rules, fc.boolean(), (before, after, swap) => {
      const [one, other] = swap ? [before, after] : [after, before];
      const turned = { ...one, blocks: [...one.blocks].reverse() };
      const { asked, gone } = changedRules(turned, other);
      const [old, now] = [textsOf(turned.blocks), textsOf(other.blocks)];
      expect(textsOf(asked)).toEqual(expect.arrayContaining(now.filter((text) => !old.includes(text))));
      expect(textsOf(gone)).toEqual(expect.arrayContaining(old.filter((text) => !now.includes(text))));
    }),
  );
});

test('what is as it was becomes the same object, and all of it when nothing has changed', () => {
  fc.assert(
    fc.property(rules, rules, (before, after) => {
      const shared = withSharedRules(before, after);
      expect(shared).toEqual(after);
      for (const rule of shared.blocks) {
        const known = before.blocks.find((old) => JSON.stringify(old) === JSON.stringify(rule));
        if (known) expect(rule).toBe(known);
      }
      expect(withSharedRules(before, structuredClone(before))).toBe(before);
    }),
  );
});

test.each<[string, Partial<Rules<string>>, boolean]>([
  ['the same under other names', {}, true],
  ['another destination for everybody', { everybody: 'b' }, false],
  ['one block less', { blocks: [] }, false],
])('equality is that of what packets meet: %s', (_, change, equal) => {
  const block = blockOf(parseCidr('10.0.0.1/32'));
  const one: Rules<number> = {
    blocks: [{ block, verdict: { portRules: [], otherwise: 16 } }],
    everybody: 1,
  };
  const named: Rules<string> = {
    blocks: [{ block, verdict: { portRules: [], otherwise: 'a' } }],
    everybody: '',
    ...change,
  };
  expect(rulesEqual(named, one, (minor) => (minor === 16 ? 'a' : ''))).toBe(equal);
});
