import { imageKey } from './images';

test.each([
  ['podlag-injector', 'podlag-injector'],
  ['podlag-injector:0.1.0', 'podlag-injector'],
  ['registry.example:5000/team/podlag-injector:1.2.3@sha256:abc', 'podlag-injector'],
  ['localhost:5000/node', 'node'],
])('the program for %s is that of %s', (image, key) => {
  expect(imageKey(image)).toBe(key);
});
