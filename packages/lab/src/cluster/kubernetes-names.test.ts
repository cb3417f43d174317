import { generatedName, templateHash, uidOf } from './kubernetes-names';

test('a template has the same hash each time, in the letters of Kubernetes', () => {
  expect(templateHash({ spec: { containers: [] } })).toBe(templateHash({ spec: { containers: [] } }));
  expect(templateHash({ spec: { containers: [] } })).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
});

test('another template has another hash', () => {
  expect(templateHash({ image: 'a' })).not.toBe(templateHash({ image: 'b' }));
});

test('a generated name ends with five letters that depend on the seed alone', () => {
  const name = generatedName('web-6d5f8b9c7d-', '0/0');
  expect(name).toMatch(/^web-6d5f8b9c7d-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(generatedName('web-6d5f8b9c7d-', '0/0')).toBe(name);
  expect(generatedName('web-6d5f8b9c7d-', '0/1')).not.toBe(name);
});

test('a long name is cut so that the whole has the 63 characters of a DNS label', () => {
  expect(generatedName('x'.repeat(80), '0')).toHaveLength(63);
});

test('a uid is a UUID, the same for the same words', () => {
  expect(uidOf('Pod', 'a', 'b')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uidOf('Pod', 'a', 'b')).toBe(uidOf('Pod', 'a', 'b'));
  expect(uidOf('Pod', 'a', 'b')).not.toBe(uidOf('Pod', 'a', 'c'));
});
