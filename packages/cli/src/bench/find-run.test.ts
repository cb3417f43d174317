import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeptRuns } from '../../test/kept-runs';
import { findRunFolders } from './find-run';

const runs = new KeptRuns();
beforeAll(async () => {
  await runs.keep('quick-20260101-000000-aaaa', [], { startedAt: '2026-01-01T00:00:00.000Z' });
  await runs.keep('quick-20260102-000000-bbbb', [], { startedAt: '2026-01-02T00:00:00.000Z' });
  await runs.keep('cross-node-20260103-000000-cccc', [], { startedAt: '2026-01-03T00:00:00.000Z' });
  await runs.keep('cross', [], { startedAt: '2025-01-01T00:00:00.000Z' });
});
afterAll(() => runs.remove());

const said: string[] = [];
const context = { stderr: (text: string) => said.push(text) };
beforeEach(() => said.splice(0));

async function found(given: string, results = runs.results): Promise<string> {
  const [folder] = await findRunFolders(context, { results }, [given]);
  return folder;
}

test.each([
  ['a whole name', 'quick-20260101-000000-aaaa', 'quick-20260101-000000-aaaa'],
  ['how only one begins', 'quick-20260102', 'quick-20260102-000000-bbbb'],
  ['a whole name, though another begins so', 'cross', 'cross'],
  ['the last', 'latest', 'cross-node-20260103-000000-cccc'],
  ['the last, counted', 'latest~0', 'cross-node-20260103-000000-cccc'],
  ['the one before', 'latest~1', 'quick-20260102-000000-bbbb'],
  ['the first', 'latest~3', 'cross'],
])('%s names a run', async (_, given, run) => {
  expect(await found(given)).toBe(join(runs.results, run));
});

test('a path is taken as it is, whatever there is in the results', async () => {
  expect(await found('./quick')).toBe('./quick');
});

test.each([
  [
    'what several may be',
    'quick',
    /"quick" may be any of quick-20260102-000000-bbbb, quick-20260101-000000-aaaa/,
  ],
  [
    'what none is',
    'cros-node-20260103-000000-cccc',
    /no run .*Did you mean cross-node-20260103-000000-cccc\?/,
  ],
  ['more back than there are', 'latest~4', /has 4 runs: latest~3 is the first/],
])('%s is refused', async (_, given, words) => {
  await expect(found(given)).rejects.toMatchObject({ code: 'run-not-found' });
  await expect(found(given)).rejects.toThrow(words);
});

test('an empty name, as of an unset variable, is no beginning of a run', async () => {
  await expect(found('')).rejects.toMatchObject({ code: 'usage', detail: 'the name of a run is empty' });
});

test('who asks for the latest learns once which runs were passed over; who names one does not', async () => {
  const others = new KeptRuns();
  await others.keep('good', []);
  await mkdir(join(others.results, 'later'));
  await writeFile(join(others.results, 'later', 'manifest.json'), '{"version":2}');
  const latest = join(others.results, 'good');
  expect(await findRunFolders(context, others, ['latest', 'latest~0'])).toEqual([latest, latest]);
  expect(said).toEqual([expect.stringMatching(/^warning: passed over: .*later\/manifest\.json: version: /)]);
  expect(await found('goo', others.results)).toBe(latest);
  expect(said).toHaveLength(1);
  await expect(found('latest~1', others.results)).rejects.toThrow(/has 1 run: latest~0 is the first/);
  await others.remove();
});

test.each(['latest', 'quick'])(
  'without any runs %s says where they would be, and how to make one',
  async (given) => {
    await expect(found(given, '/nowhere')).rejects.toMatchObject({
      detail: 'there are no runs in /nowhere',
      hint: expect.stringContaining('podlag bench run -f FILE'),
    });
  },
);
