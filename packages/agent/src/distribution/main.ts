import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { distributionCommand } from './distribution-command';
import { distributionErrors } from './distribution-errors';

async function read(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'));
  } catch (cause) {
    throw distributionErrors.error('unreadable', (cause as Error).message, { cause });
  }
}

// A reader that has seen enough, as `head` does, wants no more of it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

distributionCommand(process.argv.slice(2), {
  read,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
}).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`podlag-distribution: ${String(error)}\n`);
    process.exitCode = 1;
  },
);
