import { CommandLine } from '../../test/command-line';
import { KeptRuns, roundTrips } from '../../test/kept-runs';

const runs = new KeptRuns();
const line = new CommandLine();
const asked = { none: { addedRoundTrip: 0 }, slow: { addedRoundTrip: 0.02 } };
const with20ms = (ms: number, count = 6) => [
  ...roundTrips(0.2, count),
  ...roundTrips(ms, count, { condition: 'slow' }),
];
beforeAll(async () => {
  await runs.keep('right', with20ms(20.2), { asked });
  await runs.keep('wrong', with20ms(30), { asked });
  await runs.keep('late', with20ms(24), { asked });
  await runs.keep('short', with20ms(20.2, 3), { asked });
  await runs.keep('lossy', with20ms(20.2), { asked: { none: { addedRoundTrip: 0 }, slow: {} } });
  await runs.keep('lossy-late', with20ms(20.2), {
    asked: { none: { addedRoundTrip: 0 }, slow: { addedRoundTrip: 0.02, statistics: ['mean'] } },
  });
  await runs.keep('plain', roundTrips(0.2, 4));
});
afterAll(() => runs.remove());

test.each([
  ['what is as asked', 'right', 0, 'as asked'],
  ['what is off', 'wrong', 3, 'off'],
  ['a delay that so few samples do not tell', 'short', 5, 'not measured'],
  ['faults that ask for no fixed delay', 'lossy', 0, 'not measured'],
  ['a delay that nothing measured could tell', 'lossy-late', 5, 'not measured'],
])('%s: %s ends with %i', async (_, run, code, verdict) => {
  const { code: ended, stdout } = await line.run(runs.line(`bench observed ${run}`));
  expect(stdout).toContain(verdict);
  expect(ended).toBe(code);
  expect(await line.json(runs.line(`bench observed ${run}`))).toMatchObject({ run, rows: [{ verdict }] });
});

test('a run without conditions tells of none', async () => {
  const { code, stdout } = await line.run(runs.line('bench observed plain'));
  expect(stdout).toContain('no conditions');
  expect(code).toBe(5);
});

test('what a request pays is told, step by step', async () => {
  const { stdout } = await line.run(runs.line('bench observed right'));
  expect(stdout).toMatch(/TLS 1\.3 handshake +1 /);
});

test('a wider tolerance forgives', async () => {
  expect((await line.run(runs.line('bench observed late'))).code).toBe(3);
  expect((await line.run(runs.line('bench observed late --tolerance 30%'))).code).toBe(0);
});

test('a tolerance in per cent is no less strict for that of 1 ms', async () => {
  const { stdout } = await line.run(runs.line('bench observed right --tolerance 0.1%'));
  expect(stdout).toMatch(/ 20\.0 us either way tolerated/);
});
