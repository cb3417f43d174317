import { parseFault } from '@podlag/core';
import { distributionCommand } from './distribution-command';
import { distributionErrors } from './distribution-errors';

/** Runs the command as a shell would; `files` has what it may read, standard input under `-`. */
async function run(args: string, files: Record<string, string>) {
  let [stdout, stderr] = ['', ''];
  const code = await distributionCommand(args === '' ? [] : args.split(' '), {
    read: (file) => {
      const text = files[file];
      if (text === undefined) return Promise.reject(distributionErrors.error('unreadable', `no ${file}`));
      return Promise.resolve(text);
    },
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
  });
  return { code, stdout, stderr };
}

const numbered = (line: (index: number) => string, count = 40): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
const tenOrThirty = (index: number): number => (index % 2 === 0 ? 10 : 30);
const plain = numbered((index) => String(tenOrThirty(index)));

const iputils = `PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.
${numbered((index) => `64 bytes from 10.0.0.2: icmp_seq=${index + 1} ttl=64 time=${tenOrThirty(index)}.0 ms`)}
64 bytes from 10.0.0.2: icmp_seq=40 ttl=64 time=900 ms (DUP!)
no answer yet for icmp_seq=41

--- 10.0.0.2 ping statistics ---
50 packets transmitted, 40 received, +1 duplicates, 20% packet loss, time 9801ms
rtt min/avg/max/mdev = 10.000/20.000/30.000/10.000 ms
`;
const busybox = `PING 10.0.0.2 (10.0.0.2): 56 data bytes
${numbered((index) => `64 bytes from 10.0.0.2: seq=${index} ttl=64 time=${tenOrThirty(index)}.000 ms`)}

--- 10.0.0.2 ping statistics ---
40 packets transmitted, 40 packets received, 0% packet loss
round-trip min/avg/max = 10.000/20.000/30.000 ms
`;
const macos = `PING 10.0.0.2 (10.0.0.2): 56 data bytes
${numbered((index) => `64 bytes from 10.0.0.2: icmp_seq=${index} ttl=64 time=${tenOrThirty(index)}.000 ms`)}
Request timeout for icmp_seq 40

--- 10.0.0.2 ping statistics ---
40 packets transmitted, 40 packets received, 0.0% packet loss
round-trip min/avg/max/stddev = 10.000/20.000/30.000/10.000 ms
`;

const half = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => (index < count / 2 ? -1 : 1));

test.each([
  ['what Linux’ ping prints', iputils],
  ['what busybox’ ping prints', busybox],
  ['what the ping of macOS prints', macos],
])('%s is read as round trips', async (_, log) => {
  const { code, stdout } = await run('', { '-': log });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    name: 'measured',
    delay: { rtt: '20ms', jitter: '10ms', distribution: { table: half(40) } },
  });
});

test.each([
  ['numbers in milliseconds', '', plain],
  ['numbers in microseconds', '--unit us', numbered((index) => `${tenOrThirty(index)}000`)],
  ['numbers in seconds', '--unit s', numbered((index) => `${tenOrThirty(index) / 10}e-2`)],
  ['durations, whatever the unit', '--unit s', numbered((index) => `${tenOrThirty(index)}ms`)],
  [
    'with comments, empty lines and line ends of Windows',
    '',
    `# measured\r\n\r\n${plain.replaceAll('\n', '\r\n')}\r\n`,
  ],
])('a list is one way: %s', async (_, args, text) => {
  const { code, stdout } = await run(args, { '-': text });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ delay: { time: '20ms', jitter: '10ms' } });
});

test.each([
  ['--one-way', iputils, 'time'],
  ['--rtt', plain, 'rtt'],
])('%s says what the samples are', async (args, text, field) => {
  const { stdout } = await run(args, { '-': text });
  expect(JSON.parse(stdout)).toMatchObject({ delay: { [field]: '20ms' } });
});

test('several files are one list', async () => {
  const { stdout, stderr } = await run('a b', { a: plain, b: numbered(() => '50', 20) });
  expect(stderr).toContain('60 samples');
  expect((JSON.parse(stdout) as { delay: { time: string } }).delay.time).toBe('30ms');
});

test('as json the agent takes the fault as it is', async () => {
  const { stdout } = await run('--output json --name to-db --correlation', { '-': skewed(5000) });
  const fault = parseFault(JSON.parse(stdout));
  expect(fault.name).toBe('to-db');
  expect(fault.delay?.distribution).toMatchObject({ table: { length: 4096 } });
});

test('as curl the same document goes to the agent', async () => {
  const { stdout } = await run('--output curl --name to-db', { '-': plain });
  const [call, ...rest] = stdout.trimEnd().split('\n');
  expect(call).toMatch(/^curl -X PUT .*\/v1\/faults\/to-db" -d @- <<'EOF'$/);
  expect(rest.pop()).toBe('EOF');
  expect(JSON.parse(rest.join('\n'))).toMatchObject({ name: 'to-db', delay: { time: '20ms' } });
});

test('as dist it is the file that tc reads', async () => {
  const { stdout } = await run('--output dist --name to-db', { '-': plain });
  const [comment, ...lines] = stdout.trimEnd().split('\n');
  expect(comment).toBe('# netem delay 20ms 10ms distribution to-db');
  expect(lines.join(' ').split(' ').map(Number)).toEqual(half(40).map((value) => value * 8192));
});

test('correlation is told always, and part of the fault when asked for', async () => {
  const slow = numbered((index) => String(Math.floor(index / 20) === 0 ? 10 : 30));
  const without = await run('', { '-': slow });
  expect(without.stderr).toContain('lag-1 correlation 0.925');
  expect(without.stdout).not.toContain('correlation');
  const asked = await run('--correlation', { '-': slow });
  expect(JSON.parse(asked.stdout)).toMatchObject({ delay: { correlation: '92.5%' } });
  const turning = await run('--correlation', { '-': plain });
  expect(JSON.parse(turning.stdout)).toMatchObject({ delay: { correlation: '0%' } });
});

test('what netem’s table cannot hold is told with its share', async () => {
  const { code, stdout, stderr } = await run('', {
    '-': `${numbered(() => '10', 99)}\n${'12\n8\n'.repeat(50)}60`,
  });
  expect(code).toBe(0);
  expect(stderr).toMatch(/0\.500 % of the samples are beyond 4 jitters, up to 60 ms/);
  const { table } = (JSON.parse(stdout) as { delay: { distribution: { table: number[] } } }).delay
    .distribution;
  expect(table.at(-1)).toBe(3.9998);
  expect((await run('', { '-': plain })).stderr).not.toContain('beyond');
});

test('a spread that is wider than the mean still makes a fault, and it is told', async () => {
  const { stdout, stderr } = await run('', { '-': `${numbered(() => '1', 95)}\n${'100\n'.repeat(5)}` });
  expect(stderr).toMatch(/standard deviation, 21\.58 ms, is more than the mean/);
  expect(() => parseFault(JSON.parse(stdout))).not.toThrow();
});

test('samples that are all the same make a delay without jitter', async () => {
  const { stdout, stderr } = await run('', { '-': numbered(() => '20') });
  expect(JSON.parse(stdout)).toEqual({ name: 'measured', delay: { time: '20ms' } });
  expect(stderr).toContain('all samples are the same');
});

test('samples that differ by less than a microsecond are not called the same', async () => {
  const { stdout, stderr } = await run('--unit ns', { '-': numbered((index) => String(2000 + (index % 2))) });
  expect(JSON.parse(stdout)).toEqual({ name: 'measured', delay: { time: '2us' } });
  expect(stderr).toBe(
    '40 samples\nnote: the samples spread by less than a microsecond: a delay without jitter\n',
  );
});

test('a plot of samples that are all the same is one line', async () => {
  const { stderr } = await run('--plot', { '-': numbered(() => '20') });
  expect(stderr).not.toMatch(/NaN|Infinity/);
  expect(stderr.split('\n').filter((line) => line.includes('%'))).toEqual([
    expect.stringMatching(/^ +20\.0 +100\.0 % +100\.0 % +#{40}$/),
  ]);
});

test.each([
  ['in two files', 'a b', { a: iputils, b: plain }],
  ['in one', '', { '-': `${iputils}\n${plain}` }],
])(
  'a ping log and bare numbers %s are one list only when it is said what they are',
  async (_, args, files) => {
    const refused = await run(args, files);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/beside bare numbers[^]*hint: .*--rtt or --one-way/);
    const { code, stdout, stderr } = await run(`--one-way ${args}`.trimEnd(), files);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ delay: { time: '20ms' } });
    expect(stderr).toContain('80 samples');
  },
);

test('round trips below a coarse clock, and packets that were lost, are told', async () => {
  const coarse = numbered((index) => `64 bytes: time${index % 2 === 0 ? '<1' : '=2'} ms`);
  expect((await run('', { '-': coarse })).stderr).toContain('20 samples are below what this ping shows');
  expect((await run('', { '-': iputils })).stderr).toContain('20% packet loss');
  expect((await run('', { '-': busybox })).stderr).not.toContain('packet loss');
});

test('--plot shows samples and table side by side, and stdout stays the fault', async () => {
  const { stdout, stderr } = await run('--plot', { '-': plain });
  expect(() => JSON.parse(stdout) as unknown).not.toThrow();
  const rows = stderr.split('\n').filter((line) => line.includes('#'));
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/^ +10\.0 +50\.0 % +50\.0 % +#{40}$/);
});

test.each([
  [
    '19 samples are too few',
    { args: '', files: { '-': numbered(() => '1', 19) } },
    1,
    '19 samples: a distribution needs 20 or more',
  ],
  ['nothing at all', { args: '', files: { '-': '' } }, 1, '0 samples'],
  [
    'a line that is no delay',
    { args: '', files: { '-': `1\nfast\n${plain}` } },
    1,
    'standard input:2: "fast" is not a delay',
  ],
  ['a delay below nothing', { args: '', files: { '-': `-1\n${plain}` } }, 1, '"-1" is not a delay'],
  [
    'the wrong unit',
    { args: '--unit s', files: { '-': numbered(() => '4000') } },
    1,
    'the longest of the samples is 4000 s',
  ],
  [
    'samples below a microsecond',
    { args: '--unit ns', files: { '-': numbered((index) => String(1 + (index % 3))) } },
    1,
    'below 1 us',
  ],
  [
    'a table of tc for samples that are all the same',
    { args: '--output dist', files: { '-': numbered(() => '20') } },
    1,
    'all samples are 20ms',
  ],
  ['a file that is not there', { args: 'absent', files: {} }, 1, 'no absent'],
  ['an output that there is not', { args: '--output jsn', files: {} }, 2, 'one of json, dist, curl'],
  ['both measures', { args: '--rtt --one-way', files: {} }, 2, 'either --rtt or --one-way'],
  ['a name that no fault has', { args: '--name A', files: {} }, 2, '--name "A"'],
  ['an option that there is not', { args: '--fast', files: {} }, 2, "Unknown option '--fast'"],
])('%s: said, with what to do', async (_, { args, files }, code, words) => {
  const outcome = await run(args, files);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toContain(words);
  expect(outcome.stderr).toContain('hint:');
});

test('--help has an example and the exit status', async () => {
  const { code, stdout } = await run('--help', {});
  expect(code).toBe(0);
  expect(stdout).toMatch(/Examples:[\s\S]*Exit status: 0/);
});

/** Two humps of unlike height, a fifth of it far from the rest. */
function skewed(count: number): string {
  return numbered((index) => String(index % 5 === 0 ? 60 + (index % 37) : 20 + (index % 23)), count);
}
