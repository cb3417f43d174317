import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'podlag-cli-'));

beforeAll(() => {
  for (const name of ['podlag', 'kubectl-podlag']) {
    buildSync({
      entryPoints: [join(__dirname, 'main.ts')],
      bundle: true,
      platform: 'node',
      target: 'node24',
      outfile: join(folder, `${name}.js`),
      loader: { '.proto': 'text' },
      logLevel: 'warning',
    });
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

function start(
  name: string,
  ...args: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const env = { HOME: folder };
  return spawnSync(process.execPath, [join(folder, `${name}.js`), ...args], { encoding: 'utf8', env });
}

test.each([
  ['podlag', 'Usage: podlag '],
  ['kubectl-podlag', 'Usage: kubectl podlag '],
])('started as %s, it says %j', (name, usage) => {
  const { status, stdout } = start(name, '--help');
  expect(stdout).toContain(usage);
  expect(status).toBe(0);
});

test('its exit statuses are those that are documented', () => {
  expect(start('podlag', 'version', '--client').status).toBe(0);
  expect(start('podlag', 'latency', 'get', '--agent', '127.0.0.1:1').status).toBe(1);
  expect(start('podlag', 'nonsense').status).toBe(2);
});
