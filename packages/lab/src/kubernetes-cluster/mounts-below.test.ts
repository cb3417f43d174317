import { mountsBelow } from './mounts-below';

const line = (mount: string): string => `36 35 98:0 / ${mount} rw,noatime master:1 - ext4 /dev/root rw\n`;

test('what is mounted below a folder is found, the innermost first, and no other', () => {
  const mountinfo = ['/', '/data', '/data-2', '/data/a', '/data/a/b\\040c', '/other/data/a']
    .map(line)
    .join('');
  expect(mountsBelow(mountinfo, '/data')).toEqual(['/data/a/b c', '/data/a']);
});
