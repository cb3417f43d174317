import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAgents, CommandLine } from '../../test/command-line';
import { KeptRuns } from '../../test/kept-runs';

afterEach(closeAgents);

async function completions(words: string, line = new CommandLine()): Promise<readonly string[]> {
  const { stdout } = await line.run(`__complete -- ${words}`);
  return stdout.trimEnd().split('\n');
}

test.each([
  ['lat', ['latency', ':4']],
  ['latency ', ['clear', 'get', 'set', ':4']],
  ['latency get -o j', ['json', ':4']],
  ['latency get --alls', [':4']],
  ['fault apply -f ', [':0']],
  ['scenario run ', [':0']],
  ['completion ', ['bash', 'fish', 'zsh', ':4']],
  ['latency set 20ms ', ['db', 'web', ':4']],
  ['latency set 20ms -n bank ', ['till', ':4']],
  ['explain web d', ['db', ':4']],
])('after %j there may be %j', async (words, expected) => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  await line.pod('shop', 'db');
  await line.pod('bank', 'till');
  expect(await completions(words, line)).toEqual(expected);
});

test('without a cluster there are no names, and nobody is told', async () => {
  const line = new CommandLine();
  line.api.startOutage();
  expect(await line.run('__complete -- latency get ')).toEqual({ code: 0, stdout: ':4\n', stderr: '' });
});

test.each(['bash', 'zsh', 'fish'])('%s takes its script, where it is there', async (shell) => {
  const { stdout } = await new CommandLine().run(`completion ${shell}`);
  expect(stdout).toContain('podlag __complete --');
  const folder = mkdtempSync(join(tmpdir(), 'podlag-completion-'));
  const file = join(folder, shell);
  // fish takes no socket for its standard input, which is what Node gives a child.
  writeFileSync(file, stdout);
  const { error, status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const isAbsent = error !== undefined && 'code' in error && error.code === 'ENOENT';
  expect(isAbsent ? '' : `${status} ${stderr}`).toMatch(isAbsent ? '' : /^0 $/);
});

test('bash offers what podlag says', async () => {
  const { stdout: script } = await new CommandLine().run('completion bash');
  const trial = `
podlag() { printf '%s\\n' set get ':4'; }
${script}
COMP_WORDS=(podlag latency ''); COMP_CWORD=2; _podlag; printf '%s\\n' "\${COMPREPLY[@]}"`;
  expect(spawnSync('bash', ['-c', trial], { encoding: 'utf8' }).stdout).toBe('set\nget\n');
});

test('runs of benchmarks are known without a cluster, in the folder that the line names', async () => {
  const runs = new KeptRuns();
  await runs.keep('quick-20260101-000000-aaaa', []);
  const line = new CommandLine();
  line.api.startOutage();
  const found = await completions(
    `bench compare quick-20260101-000000-aaaa --results ${runs.results} `,
    line,
  );
  expect(found).toEqual(['latest', 'quick-20260101-000000-aaaa', ':0']);
  expect(await completions('bench show -o results-j', line)).toEqual(['results-json', ':4']);
  expect(await completions('bench run -f ', line)).toEqual([':0']);
  await runs.remove();
});
