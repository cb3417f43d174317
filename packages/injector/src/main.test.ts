import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterTest, temporaryDirectory } from '../test/temporary-directory';
import { shippedTemplatePath } from '../test/templates';
import { writeCertificateFiles } from './certs/certificate-files';

const program = join(tmpdir(), `podlag-injector-test-${process.pid}`, 'main.js');

beforeAll(() => {
  const entryPoints = [join(__dirname, 'main.ts')];
  buildSync({
    entryPoints,
    bundle: true,
    platform: 'node',
    target: 'node24',
    outfile: program,
    logLevel: 'warning',
  });
});

afterAll(() => rmSync(dirname(program), { recursive: true }));

async function start(env: Record<string, string> = {}): Promise<ChildProcess> {
  const out = temporaryDirectory();
  await writeCertificateFiles(out, { hosts: ['localhost'], lifeMs: 3_600_000, now: new Date() });
  const child = spawn(process.execPath, [program], {
    env: {
      PODLAG_LISTEN_HOST: '127.0.0.1',
      PODLAG_LISTEN_PORT: '0',
      PODLAG_METRICS_PORT: '0',
      PODLAG_CERT_FILE: join(out, 'tls.crt'),
      PODLAG_KEY_FILE: join(out, 'tls.key'),
      PODLAG_TEMPLATE_FILE: shippedTemplatePath,
      PODLAG_DRAIN_PERIOD: '1ms',
      ...env,
    },
  });
  afterTest(() => child.kill('SIGKILL'));
  return child;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'it says that it listens, and ends with 0 on %s',
  async (signal) => {
    const child = await start();
    const lines = createInterface({ input: child.stdout! });
    const [line] = (await once(lines, 'line')) as [string];
    expect(JSON.parse(line)).toMatchObject({
      msg: 'listening',
      port: expect.any(Number),
      startedInMs: expect.any(Number),
    });
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  },
);

test.each<[string, (directory: string) => Record<string, string>, RegExp]>([
  [
    'an unknown setting',
    () => ({ PODLAG_LISTN_PORT: '1' }),
    /PODLAG_LISTN_PORT\. Did you mean PODLAG_LISTEN_PORT\?/,
  ],
  [
    'no template',
    () => ({ PODLAG_TEMPLATE_FILE: '/nowhere/t.yaml' }),
    /template: ENOENT.*\/nowhere\/t\.yaml/,
  ],
  [
    'a bad template, by line and field',
    (directory) => {
      const path = join(directory, 't.yaml');
      writeFileSync(path, 'containers:\n- name: a\n');
      return { PODLAG_TEMPLATE_FILE: path };
    },
    /t\.yaml:2: containers\[0\]\.image: must be an image\n {2}hint: Correct the template/,
  ],
  [
    'a file of settings with one that is unknown',
    (directory) => {
      const path = join(directory, 'c.yaml');
      writeFileSync(path, 'listnPort: 1\n');
      return { PODLAG_CONFIG: path };
    },
    /c\.yaml: unknown setting listnPort\. Did you mean listenPort\?/,
  ],
  ['no certificate', () => ({ PODLAG_CERT_FILE: '/nowhere/tls.crt' }), /certificate: ENOENT/],
  [
    'a file of settings that is not there',
    () => ({ PODLAG_CONFIG: '/nowhere/c.yaml' }),
    /\/nowhere\/c\.yaml/,
  ],
])('%s ends it with 1 and words that help', async (_, env, words) => {
  const child = await start(env(temporaryDirectory()));
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  expect(stderr).toMatch(words);
  expect(stderr).toMatch(/^podlag-injector: /);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
});

test.each(['LISTEN', 'METRICS'])('a %s port that is taken is named with its setting', async (which) => {
  const other = createServer().listen(0, '127.0.0.1');
  afterTest(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const child = await start({ [`PODLAG_${which}_PORT`]: String(port) });
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  expect(stderr).toContain(`port ${port} of 127.0.0.1`);
  expect(stderr).toContain(`hint: Set PODLAG_${which}_PORT to another port`);
  expect(code).toBe(1);
});
