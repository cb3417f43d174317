import { kernelCommandLine } from './kernel-command-line';

const line = kernelCommandLine({ memoryMb: 512, init: '/tmp/x/init', umlDir: '/tmp/x/uml' });

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
