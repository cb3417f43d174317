// Writes the JSON Schemas of a run's files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const outfile = join(here, '../dist/schema-files.js');

await build({
  entryPoints: [join(here, '../src/record/schema-files.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
});
const { schemaFiles, schemaFolder } = createRequire(import.meta.url)(outfile);

mkdirSync(join(root, schemaFolder), { recursive: true });
for (const [name, text] of schemaFiles()) {
  const filepath = join(root, schemaFolder, name);
  writeFileSync(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
}
