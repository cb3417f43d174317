import { buildSync } from 'esbuild';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadAll } from 'js-yaml';
import { temporaryDirectory } from '../../test/temporary-directory';
import { shippedTemplate, shippedTemplatePath } from '../../test/templates';
import { mutatingPolicy } from './mutating-policy';

const program = join(tmpdir(), `podlag-policy-test-${process.pid}`, 'policy.js');

beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, 'main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node24',
    outfile: program,
    logLevel: 'warning',
  });
});

afterAll(() => rmSync(dirname(program), { recursive: true }));

function runWith(env: Record<string, string>, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env, timeout: 20_000 });
}
const run = (...args: readonly string[]): SpawnSyncReturns<string> => runWith({}, ...args);

const template = ['--template', shippedTemplatePath];

test('it prints the policy and its binding, for kubectl to apply', () => {
  const { status, stdout, stderr } = run(...template);
  expect(loadAll(stdout)).toEqual(
    mutatingPolicy(shippedTemplate, { mode: 'native', ownNamespace: 'podlag-system' }),
  );
  expect(stdout).toMatch(/^# Made by podlag-policy/);
  expect([status, stderr]).toEqual([0, '']);
});

test('mode and namespace are taken from the command line', () => {
  const { stdout } = run(...template, '--mode', 'plain', '--namespace', 'lag');
  expect(loadAll(stdout)).toEqual(mutatingPolicy(shippedTemplate, { mode: 'plain', ownNamespace: 'lag' }));
});

test("without --template it reads the one that is mounted into the injector's pods", () => {
  const { status, stderr } = run();
  expect(stderr).toContain("'/etc/podlag/template/sidecarconfig.yaml'");
  expect(stderr).toContain('hint: Check that it exists');
  expect(status).toBe(1);
});

test('a bad template is told with its line, and nothing is printed', () => {
  const file = join(temporaryDirectory(), 'bad.yaml');
  writeFileSync(file, 'containers:\n  - name: a\n    imgae: i\n');
  const { status, stdout, stderr } = run('--template', file);
  expect(stderr).toMatch(
    /^podlag-policy: .*bad\.yaml:2: [^]*bad\.yaml:3: containers\[0\]\.imgae: unknown field/,
  );
  expect([status, stdout]).toEqual([1, '']);
});

test.each<[string, Record<string, string>, readonly string[]]>([
  ['by its flag', {}, [...template, '--agent-access', 'token']],
  ['by the environment of the injector in whose pod it runs', { PODLAG_AGENT_ACCESS: 'token' }, template],
])('token mode is refused, %s: no policy can give agents their keys', (_, env, args) => {
  const { status, stdout, stderr } = runWith(env, ...args);
  expect(stderr).toContain('a policy cannot give agents the keys of tokens');
  expect(stderr).toContain('hint: Agents that ask for tokens need the webhook');
  expect([status, stdout]).toEqual([1, '']);
});

test.each([
  ['--mode both', "'both' is invalid. Allowed choices are native, plain."],
  ['--moed native', 'Did you mean --mode?'],
  ['sidecarconfig.yaml', 'too many arguments'],
])('%s is refused in words with status 2, and with the way to the help', (args, words) => {
  const { status, stdout, stderr } = run(...args.split(' '));
  expect(stderr).toContain(words);
  expect(stderr).toContain('hint: see podlag-policy --help');
  expect([status, stdout]).toEqual([2, '']);
});

test('--help has an example and the exit codes', () => {
  const { status, stdout } = run('--help');
  expect(stdout).toMatch(/podlag-policy \| kubectl apply -f -[^]*Exit status: 0/);
  expect(status).toBe(0);
});
