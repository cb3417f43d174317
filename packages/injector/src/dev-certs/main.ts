import { isPodlagError } from '@podlag/core';
import { parseDevCertsArguments, usage } from './arguments';
import { writeDevCertificate } from './write-dev-certificate';

async function main(): Promise<void> {
  const request = parseDevCertsArguments(process.argv.slice(2));
  if (request === 'help') {
    process.stdout.write(usage);
    return;
  }
  const files = await writeDevCertificate(request);
  process.stdout.write(files.map((file) => `${file}\n`).join(''));
}

main().catch((error: unknown) => {
  const text = isPodlagError(error) ? error.toText() : error instanceof Error ? error.message : String(error);
  process.stderr.write(`podlag-dev-certs: ${text}\n`);
  process.exitCode = 1;
});
