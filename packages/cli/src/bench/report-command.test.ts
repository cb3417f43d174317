import { join } from 'node:path';
import { CommandLine } from '../../test/command-line';
import { KeptRuns, roundTrips } from '../../test/kept-runs';

const runs = new KeptRuns();
beforeAll(async () => {
  await runs.keep('before', roundTrips(5, 5), { startedAt: '2026-01-01T00:00:00.000Z' });
  await runs.keep('after', roundTrips(7, 5));
});
afterAll(() => runs.remove());

test.each([
  ['latest', 'after/report.html', ['after']],
  ['before after', 'after/report-against-before.html', ['before', 'after']],
])('report %s is written to %s in the results, and its path is printed', async (words, file, names) => {
  const line = new CommandLine();
  const { code, stdout } = await line.run(runs.line(`bench report ${words}`));
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(runs.results, file)}\n` });
  for (const name of names) expect(line.files.get(join(runs.results, file))).toContain(name);
});

test('-o names another file, and - is standard output', async () => {
  const line = new CommandLine();
  expect((await line.run(runs.line('bench report before -o page.html'))).stdout).toBe('page.html\n');
  const { stdout } = await line.run(runs.line('bench report before -o -'));
  expect(stdout).toBe(line.files.get('page.html'));
});
