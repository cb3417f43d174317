// Bundles the agent into one file, with the native part of its netlink socket beside it. An agent runs beside every pod,
// so what it never uses is left out of it: memory is paid for once for each pod.
import { copyFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
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
    'node-gyp-build': join(here, 'native-netlink.cjs'),
  },
});

// No bundler takes in native code. Of an architecture that netlink has none for, the bundle drives tc only.
const requireOfNetem = createRequire(join(here, '../../netem/package.json'));
const prebuilt = join(
  requireOfNetem.resolve('netlink/package.json'),
  `../prebuilds/linux-${process.arch}/node.napi.node`,
);
if (existsSync(prebuilt)) copyFileSync(prebuilt, join(here, '../dist/netlink.node'));
