// Writes the API's description to docs/api, for those who have no agent at hand to ask for it.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const outfile = join(here, '../dist/openapi.js');

await build({
  entryPoints: [join(here, '../src/openapi.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
});
const { openapi } = createRequire(import.meta.url)(outfile);
writeFileSync(join(here, '../../../docs/api/agent.openapi.json'), `${JSON.stringify(openapi, null, 2)}\n`);
