import { isPodlagError } from '@podlag/core';
import { CommanderError } from 'commander';
import { certsCommand } from './certs-command';

const command = certsCommand({
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  connect: async (kubeconfig, context) => {
    // Takes a while to load, and files need none of it.
    const { kubeApiFromKubeconfig } = await import('@podlag/kube/client');
    return kubeApiFromKubeconfig(kubeconfig, context);
  },
  now: () => new Date(),
});

command.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const text = isPodlagError(error) ? error.toText() : error instanceof Error ? error.message : String(error);
  process.stderr.write(`podlag-certs: ${text}\n`);
  process.exitCode = 1;
});
