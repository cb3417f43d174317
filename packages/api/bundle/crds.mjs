// Writes the definitions of podlag's kinds: for kubectl apply, and for the chart.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const outfile = join(here, '../dist/crd-files.js');

await build({
  entryPoints: [join(here, '../src/schema/crd-files.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
});
const { crdFiles, crdFolders } = createRequire(import.meta.url)(outfile);

for (const folder of crdFolders) {
  mkdirSync(join(root, folder), { recursive: true });
  for (const [name, text] of crdFiles()) {
    const filepath = join(root, folder, name);
    writeFileSync(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
  }
}
