// Writes what is made out of the command line's own definitions, and of deploy/: the manual, and the template that it carries.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const outfile = join(here, '../dist/generated-files.js');

await build({
  entryPoints: [join(here, '../src/docs/generated-files.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  loader: { '.proto': 'text' },
  logLevel: 'warning',
});
const { manualText, shippedTemplateText } = createRequire(import.meta.url)(outfile);

async function write(file, text) {
  const filepath = join(root, file);
  writeFileSync(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
}

const template = readFileSync(join(root, 'deploy/base/sidecarconfig.yaml'), 'utf8');
await write('packages/cli/src/inject/shipped-template.ts', shippedTemplateText(template));
await write('docs/cli.md', manualText());
