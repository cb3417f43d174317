import { isPodlagError } from '@podlag/core';
import { CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { policyCommand } from './policy-command';

const command = policyCommand({
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  readFile: (path) => readFileSync(path, 'utf8'),
});

try {
  command.parse();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const text = isPodlagError(error)
      ? error.toText()
      : error instanceof Error
        ? error.message
        : String(error);
    process.stderr.write(`podlag-policy: ${text}\n`);
    process.exitCode = 1;
  }
}
