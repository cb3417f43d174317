import { patchFor, type Additions } from './patch';
import type { Pod } from './pod';

const additions: Additions = {
  initContainers: ['i1', 'i2'],
  containers: ['c'],
  volumes: ['v'],
  annotations: { 'a~b/c': 'x' },
};

const empty: Pod = { metadata: {}, spec: {} };

test('a list that is not there, or null, is added whole', () => {
  const whole = [
    { op: 'add', path: '/metadata/annotations', value: { 'a~b/c': 'x' } },
    { op: 'add', path: '/spec/initContainers', value: ['i1', 'i2'] },
    { op: 'add', path: '/spec/containers', value: ['c'] },
    { op: 'add', path: '/spec/volumes', value: ['v'] },
  ];
  expect(patchFor(empty, additions)).toEqual(whole);
  const nulls = {
    metadata: { annotations: null },
    spec: { initContainers: null, containers: null, volumes: null },
  };
  expect(patchFor(nulls, additions)).toEqual(whole);
});

test('a list that is there is added to, and names are escaped as RFC 6901 says', () => {
  const lists = { metadata: { annotations: {} }, spec: { initContainers: [], containers: [], volumes: [] } };
  expect(patchFor(lists, additions)).toEqual([
    { op: 'add', path: '/metadata/annotations/a~0b~1c', value: 'x' },
    { op: 'add', path: '/spec/initContainers/0', value: 'i1' },
    { op: 'add', path: '/spec/initContainers/1', value: 'i2' },
    { op: 'add', path: '/spec/containers/-', value: 'c' },
    { op: 'add', path: '/spec/volumes/-', value: 'v' },
  ]);
});

test('nothing to add to a list is no operation', () => {
  const none = { initContainers: [], containers: [], volumes: [], annotations: { a: 'x' } };
  expect(patchFor(empty, none)).toHaveLength(1);
});
