// What a test has a worker run: MODE ARGUMENT.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setInterval } from 'node:timers';

const [mode, argument = ''] = process.argv.slice(2);
const forever = () => setInterval(() => undefined, 1 << 30);

const modes = {
  say: () => console.log(argument),
  fail: () => {
    console.error('something is wrong');
    process.exitCode = Number(argument);
  },
  flood: () => {
    process.stdout.write('x'.repeat(Number(argument)));
    process.stderr.write('y'.repeat(100_000));
  },
  environment: () => console.log(JSON.stringify([process.env, process.argv.slice(2)])),
  wait: forever,
  stubborn: () => {
    process.on('SIGTERM', () => undefined);
    forever();
  },
  // Its child is in its group, holds its output, and ignores SIGTERM.
  parent: () => {
    const stubborn = spawn(process.execPath, [process.argv[1], 'stubborn'], { stdio: 'inherit' });
    console.log(stubborn.pid);
    forever();
  },
  // Leaves a child behind in its group, which holds its output.
  leave: () => {
    const left = spawn(process.execPath, [process.argv[1], 'wait'], { stdio: 'inherit' });
    process.stdout.write(`${left.pid}\n`, () => process.exit(0));
  },
  serve: () => void createServer().listen(Number(argument), '127.0.0.1'),
};
modes[mode]();
