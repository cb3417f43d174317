import { parseNamespaceLabels } from './namespace-labels-file';

test('labels by namespace', () => {
  const labels = parseNamespaceLabels(
    'labels.yaml',
    'tidb-cluster:\n  sidecar-injection: enabled\nbare: {}\nempty:\n',
  );
  expect(labels.get('tidb-cluster')).toEqual({ 'sidecar-injection': 'enabled' });
  expect(labels.get('bare')).toEqual({});
  expect(labels.get('empty')).toEqual({});
  expect(labels.get('unknown')).toBeUndefined();
});

test.each([
  ['a list', '- a\n', 'labels.yaml:1: must be a mapping of namespaces to labels'],
  ['a namespace that is text', 'a: b\n', 'labels.yaml:1: a: must be a mapping of labels'],
  ['a label that is no text', 'a:\n  b: true\n', 'labels.yaml:2: a.b: must be a string; put it in quotes'],
])('%s is an error with its line', (_, text, message) => {
  expect(() => parseNamespaceLabels('labels.yaml', text)).toThrow(
    expect.objectContaining({ code: 'invalid-namespace-labels', message }),
  );
});
