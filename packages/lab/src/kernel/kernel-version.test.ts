import { compareKernelVersions, isUsableKernelVersion } from './kernel-version';

test.each([
  ['7.2um1', true],
  ['6.13', true],
  ['6.13.1-1um1', true],
  ['1:6.18um2', true],
  ['10.0um1', true],
  ['6.12.30um1', false],
  ['6.1-1um-1', false],
  ['5.19um1', false],
])('%s runs on a CPU with AMX: %p', (version, usable) => {
  expect(isUsableKernelVersion(version)).toBe(usable);
});

test('versions are ordered by number, not by letter', () => {
  expect(['6.18um1', '10.1um1', '6.9um1', '6.18.3um1'].sort(compareKernelVersions)).toEqual([
    '6.9um1',
    '6.18um1',
    '6.18.3um1',
    '10.1um1',
  ]);
});
