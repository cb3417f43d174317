// Bundles podlag-distribution into one file that has no dependency: the agent's image has it, and it may be copied out.
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

const outfile = join(here, '../dist/distribution.js');

await build({
  entryPoints: [join(here, '../src/distribution/main.ts')],
  outfile,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
