import { didYouMean, nearest } from './nearest';

const known = ['delay', 'loss', 'rate', 'to', 'except', 'ttl', 'cidr', 'correlation'];

test.each([
  ['dealy', 'delay'],
  ['cdir', 'cidr'],
  ['los', 'loss'],
  ['ot', 'to'],
  ['tt', 'to'],
  ['corelaton', 'correlation'],
])('for %s, %s is offered', (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

test.each(['foo', 'q', 'x', '', 'foobar', 'dns', 'lxyz'])('for %j nothing is near enough', (word) => {
  expect(nearest(word, known)).toBeUndefined();
});

test('a word of thousands of letters is no work', () => {
  expect(didYouMean('a'.repeat(5_000), known)).toBe('');
});
