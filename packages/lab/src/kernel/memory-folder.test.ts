import { memoryFolder } from './memory-folder';

const petabyteMb = 2 ** 30;

test.each([
  ['in memory where there is room for it', 1, { folder: '/dev/shm', isDisk: false }],
  ['on disk where there is not', petabyteMb, { folder: '/elsewhere', isDisk: true }],
])("a kernel's memory is %s", async (_, memoryMb, expected) => {
  expect(await memoryFolder(memoryMb, '/elsewhere')).toEqual(expected);
});
