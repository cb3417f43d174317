import { matches, type LabelSelector } from './label-selector';

const labels = { app: 'pd', tier: 'db', empty: '' };
const expression = (operator: string, key: string, values?: readonly string[]): LabelSelector =>
  ({ matchExpressions: [{ key, operator, values }] }) as LabelSelector;

test.each<[string, LabelSelector, boolean]>([
  ['an empty selector means all', {}, true],
  ['a label that is there', { matchLabels: { app: 'pd' } }, true],
  ['a label of another value', { matchLabels: { app: 'tikv' } }, false],
  ['two labels of which one is not there', { matchLabels: { app: 'pd', zone: 'a' } }, false],
  ['an empty value is a value', { matchLabels: { empty: '' } }, true],
  ['a missing label is not an empty one', { matchLabels: { zone: '' } }, false],
  ['In with the value', expression('In', 'app', ['tikv', 'pd']), true],
  ['In without it', expression('In', 'app', ['tikv']), false],
  ['In of a label that is missing', expression('In', 'zone', ['a']), false],
  ['NotIn with the value', expression('NotIn', 'app', ['pd']), false],
  ['NotIn of a label that is missing', expression('NotIn', 'zone', ['a']), true],
  ['Exists', expression('Exists', 'tier'), true],
  ['Exists of what Object.prototype has', expression('Exists', 'constructor'), false],
  ['DoesNotExist', expression('DoesNotExist', 'tier'), false],
  ['DoesNotExist of a label that is missing', expression('DoesNotExist', 'zone'), true],
  [
    'all parts must hold',
    { matchLabels: { app: 'pd' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
    false,
  ],
])('%s', (_, selector, expected) => expect(matches(selector, labels)).toBe(expected));

test('a pod without labels is in the selection of all alone', () => {
  expect(matches({}, undefined)).toBe(true);
  expect(matches({ matchLabels: { app: 'pd' } }, undefined)).toBe(false);
});
