import { buildSync } from 'esbuild';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../../test/temporary-directory';

const program = join(tmpdir(), `podlag-certs-test-${process.pid}`, 'certs.js');

beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, 'main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node24',
    outfile: program,
    logLevel: 'warning',
    // Loaded only to meet a cluster, which is the matter of cluster-certificate.test.ts.
    external: ['@podlag/kube/client'],
  });
});

afterAll(() => rmSync(dirname(program), { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const words = args === '' ? [] : args.split(' ');
    execFile(process.execPath, [program, ...words], { env: {}, timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test('three files are written, the key for its owner alone even where an open one was', async () => {
  const out = join(temporaryDirectory(), 'new');
  const args = `--out ${out} --host localhost --host ::1 --days 7`;
  expect(await run(args)).toMatchObject({ code: 0, stderr: '' });
  const [ca = '', cert = '', key = ''] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => join(out, name));
  writeFileSync(key, 'old', { mode: 0o666 });
  expect(await run(args)).toEqual({ code: 0, stdout: `${ca}\n${cert}\n${key}\n`, stderr: '' });
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(readFileSync(key, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  const [issuer, leaf] = [ca, cert].map((path) => new X509Certificate(readFileSync(path)));
  expect(leaf!.verify(issuer!.publicKey)).toBe(true);
  expect(leaf!.subjectAltName).toBe('DNS:localhost, IP Address:0:0:0:0:0:0:0:1');
  const days = (leaf!.validToDate.getTime() - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThan(7);
});

test('a folder that cannot be written to is an error, and no argument is at fault', async () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  const { code, stderr } = await run(`--out ${file}/certs --host a`);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^podlag-certs: ENOTDIR.*\/file\/certs/);
});

test.each([
  ['--out d', '--out DIR wants --host NAME'],
  ['--host a', '--host NAME goes with --out DIR'],
  ['--out d --host a/b', 'It is no DNS name or IP address'],
  ['--days 0', 'A whole number from 1 to 9999'],
  ['--out d --host a --secret s', "cannot be used with option '--secret <name>'"],
  ['--renwe', "unknown option '--renwe'"],
  ['something', 'too many arguments'],
])('%s is refused in words with status 2, and with the way to the help', async (args, words) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toContain(words);
  expect(stderr).toContain('hint: see podlag-certs --help');
  expect([code, stdout]).toEqual([2, '']);
});

test('--help has an example and the exit codes', async () => {
  const { code, stdout } = await run('--help');
  expect(stdout).toMatch(/Examples:[^]*podlag-certs --dry-run[^]*Exit status: 0/);
  expect(code).toBe(0);
});
