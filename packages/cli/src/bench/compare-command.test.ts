import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandLine } from '../../test/command-line';
import { KeptRuns, roundTrips } from '../../test/kept-runs';

const runs = new KeptRuns();
const line = new CommandLine();
beforeAll(async () => {
  await runs.keep('before', roundTrips(5, 8));
  await runs.keep('again', roundTrips(5.01, 8));
  await runs.keep('slower', roundTrips(7, 8));
  await runs.keep('short', roundTrips(7, 3));
  await runs.keep('both', [...roundTrips(5, 8), ...roundTrips(7, 8, { condition: 'slow' })]);
});
afterAll(() => runs.remove());

const compare = (words: string) => line.run(runs.line(`bench compare ${words}`));

test.each([
  ['worse', 'before slower', 4],
  ['better', 'slower before', 0],
  ['same', 'before again', 0],
  ['inconclusive', 'before short', 5],
  ['worse', 'both --conditions none,slow', 4],
  ['worse', 'before both --conditions none,slow', 4],
  ['same', 'before slower --minimum-effect 5ms', 0],
  ['same', 'before slower --minimum-effect 60%', 0],
])('%s: compare %s ends with %i', async (verdict, words, code) => {
  expect((await compare(words)).code).toBe(code);
  const { stdout } = await compare(`${words} -o json`);
  expect(JSON.parse(stdout)).toMatchObject({ verdict });
});

test('pairs of workers are judged each by itself, or together', async () => {
  const pairs = (ms: number) => [
    ...[0, 1, 2, 3].flatMap((pair) => roundTrips(pair === 2 ? ms : 5, 8, { server: `on-${pair}` })),
  ];
  await runs.keep('mesh', pairs(5));
  await runs.keep('mesh-with-a-bad-node', pairs(50));
  const { code, stdout } = await compare('mesh mesh-with-a-bad-node -o json');
  expect(code).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    rows: [{}, {}, { server: 'on-2', pairs: 1, verdict: 'worse' }, {}],
  });
  expect(await line.json(runs.line('bench compare mesh mesh-with-a-bad-node --by pool'))).toMatchObject({
    rows: [{ pairs: 4 }],
  });
});

test('what B has not measured at all is no success', async () => {
  await runs.keep('wide', [...roundTrips(5, 8), ...roundTrips(5, 8, { path: 'service' })]);
  const { code, stdout } = await compare('wide before');
  expect(stdout).toContain('inconclusive: B has not measured it');
  expect(code).toBe(5);
  expect((await compare('wide before -o junit')).stdout).toContain(
    '<skipped message="B has not measured it"',
  );
});

test('two folders that hold runs of one name are told apart', async () => {
  const copy = join(runs.results, 'copy');
  await cp(join(runs.results, 'before'), copy, { recursive: true });
  expect(await line.json(runs.line(`bench compare before ${copy}`))).toMatchObject({
    ...{ a: `before in ${join(runs.results, 'before')}`, b: `before in ${copy}` },
  });
  await rm(copy, { recursive: true });
});

test('a condition is not compared with itself', async () => {
  const { code, stderr } = await compare('both --conditions slow,slow');
  expect(stderr).toContain('error: "both" is to be compared with itself');
  expect(code).toBe(2);
});

test('what differs around the two comes before any figure', async () => {
  await runs.keep('elsewhere', roundTrips(5, 8), { kubernetes: 'v1.99' });
  const { stdout } = await compare('before elsewhere');
  expect(stdout).toContain('v1.99');
  expect(stdout.indexOf('v1.99')).toBeLessThan(stdout.indexOf('SHIFT'));
});

test('-o json is of its schema, for two runs and for two conditions', async () => {
  expect(await line.json(runs.line('bench compare before slower --metrics all'))).toMatchObject({
    a: 'before',
    rows: [{ metric: { name: 'round_trip_median' }, verdict: 'worse' }, { metric: { name: 'transactions' } }],
  });
  expect(await line.json(runs.line('bench compare both --conditions none,slow'))).toMatchObject({
    differences: [{ what: 'condition', a: 'none', b: 'slow' }],
    rows: [{ condition: 'none | slow' }],
  });
  expect(await line.json(runs.line('bench compare before short'))).toMatchObject({ verdict: 'inconclusive' });
});

test.each([
  ['table', /B is worse than A/],
  ['wide', /CLIFF/],
  ['markdown', /^### A: before, B: slower/],
  ['junit', /<failure message=/],
  ['yaml', /^verdict: worse$/m],
])('-o %s is what it says', async (format, text) => {
  expect((await compare(`before slower -o ${format}`)).stdout).toMatch(text);
});

test('a run alone is compared with nothing, and says how it could be', async () => {
  const { code, stderr } = await compare('before');
  expect(stderr).toContain('--conditions none,NAME');
  expect(code).toBe(2);
});

test('a condition that was not measured is named, with those that were', async () => {
  const { code, stderr } = await compare('both --conditions none,slwo');
  expect(stderr).toContain(
    'both has measured nothing under "slwo". Did you mean slow?\n  hint: It has none, slow.',
  );
  expect(code).toBe(1);
});

test.each(['--conditions none', '--conditions none,slow,x', '--minimum-effect 5'])(
  '%s is wrong usage',
  async (flag) => {
    expect((await compare(`both ${flag}`)).code).toBe(2);
  },
);
