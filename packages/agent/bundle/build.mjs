// Bundles the agent into one file. An agent runs beside every pod, so what it never uses is left out of it: memory is
// paid for once for each pod.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

await build({
  entryPoints: [join(here, '../src/main.ts')],
  outfile: join(here, '../dist/main.js'),
  bundle: true,
  minify: true,
  // Names stay readable in stack traces and logs.
  keepNames: true,
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
  alias: {
    // 550 kB of tables for encodings that JSON may not be in (RFC 8259, 8.1).
    'iconv-lite': join(here, 'utf8-only.cjs'),
    // 230 kB of media types, of which the API speaks three.
    'mime-db': join(here, 'media-types.json'),
  },
});
