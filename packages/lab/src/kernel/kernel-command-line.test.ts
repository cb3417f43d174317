import { kernelCommandLine } from './kernel-command-line';

const boot = { memoryMb: 512, init: '/tmp/x/init', umlDir: '/tmp/x/uml' };
const line = kernelCommandLine(boot);

test.each([
  ['gets the memory that was asked for', 'mem=512M'],
  ["has the host's file system as its root", 'rootfstype=hostfs'],
  ['starts our init script', 'init=/tmp/x/init'],
  ['writes its own messages where the command writes nothing', 'con0=null,fd:1'],
  ['has a line for standard input and output', 'ssl0=fd:3,fd:4'],
  ['has a line for standard error', 'ssl1=null,fd:5'],
  ['has a line to its starter', 'ssl2=fd:6'],
  ['keeps its socket out of the home folder', 'uml_dir=/tmp/x/uml/'],
  ['ends at a panic', 'panic=-1'],
])('the kernel %s', (_, argument) => {
  expect(line).toContain(argument);
});

test.each([
  ['a disk', { disk: '/var/lib/x/node.img' }, ['ubd0=/var/lib/x/node.img']],
  [
    'a network device',
    { network: { tap: 'tap-1', mac: '02:00:0a:4c:00:0b' } },
    ['vec0:transport=tap,ifname=tap-1,depth=128,gro=0,mac=02:00:0a:4c:00:0b'],
  ],
  ['neither, unless it is asked for', {}, []],
])('the kernel gets %s', (_, devices, expected) => {
  const all = kernelCommandLine({ ...boot, devices });
  expect(all.filter((argument) => /^(ubd|vec)/.test(argument))).toEqual(expected);
});
