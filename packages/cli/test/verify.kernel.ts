import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { AgentClient, httpTransport } from '@podlag/client';
import { newRunDirectory, program } from '../../agent/test/agent-bed';
import { ip } from '../../netem/test/link';
import { verifyOutput, type VerifyOutput } from '../src/output/verify-output';
import { CommandLine } from './command-line';

// Three pods on a bridge with agents as their image runs them, measured by their own probers. The delays are long: 2 % of them
// are more than a busy bed of one CPU is late.

jest.setTimeout(180_000);

const bridge = 'podlag-verify';
const names = ['a', 'b', 'c'] as const;
type Name = (typeof names)[number];
const pods = Object.fromEntries(
  names.map((name, index) => [
    name,
    { netns: `podlag-${name}-${process.pid}`, address: `10.98.0.${index + 1}` },
  ]),
) as Record<Name, { netns: string; address: string }>;
const running: ChildProcess[] = [];
const client = (name: Name): AgentClient => new AgentClient(httpTransport(pods[name].address));

async function startPod(name: Name): Promise<void> {
  const { netns, address } = pods[name];
  ip('netns', 'add', netns);
  ip('link', 'add', `plv-${name}`, 'master', bridge, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns);
  ip('link', 'set', `plv-${name}`, 'up');
  ip('-n', netns, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
  for (const device of ['lo', 'eth0']) ip('-n', netns, 'link', 'set', device, 'up');
  const env = { PODLAG_DEVICE: 'eth0', PODLAG_RUN_DIRECTORY: newRunDirectory(), PODLAG_ON_DRIFT: 'report' };
  const child = spawn('ip', ['netns', 'exec', netns, process.execPath, program], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('"listening"')) break;
  child.stdout.resume();
}

beforeAll(async () => {
  ip('link', 'add', bridge, 'type', 'bridge');
  ip('addr', 'add', '10.98.0.254/24', 'dev', bridge);
  ip('link', 'set', bridge, 'up');
  for (const name of names) await startPod(name);
});

afterAll(async () => {
  for (const child of running)
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  ip('link', 'del', bridge);
  for (const { netns } of Object.values(pods)) ip('netns', 'del', netns);
});

afterEach(async () => {
  for (const name of names) await client(name).deleteFaults();
});

const flags = names.map((name) => `--agent ${pods[name].address}`).join(' ');

async function verify(more = ''): Promise<{ readonly code: number; readonly found: VerifyOutput }> {
  const { code, stdout } = await new CommandLine().run(`verify -o json ${flags}${more}`);
  return { code, found: verifyOutput.parse(JSON.parse(stdout)) };
}

const to = (name: Name): object => ({ to: [{ cidr: pods[name].address }] });
const verdictsOf = ({ pairs }: VerifyOutput): Record<string, string> =>
  Object.fromEntries(
    pairs.map(({ from, to: other, verdict, reason, asked }) => {
      const [one, two] = [from, other].map((address) => names[Number(address.at(-1)) - 1]);
      const why = reason === undefined ? '' : `: ${reason}`;
      return [`${one}${two}`, `${typeof asked === 'object' ? asked.median : asked} ${verdict}${why}`];
    }),
  );

test('what is set is what is measured, by whichever end and in whichever direction', async () => {
  await client('a').putFault('far', { delay: { time: '150ms' }, ...to('b') });
  await client('b').putFault('near', { delay: { time: '30ms' }, direction: 'ingress', ...to('a') });
  await client('c').putFault('odd', {
    delay: { time: '30ms', jitter: '10ms', distribution: 'normal' },
    ...to('a'),
  });
  await client('c').putFault('cut', { partition: true, ...to('b') });
  const { code, found } = await verify();
  expect(verdictsOf(found)).toEqual({
    ...{ ab: '180ms ok', ba: '180ms ok' },
    ...{ ac: '30ms ok', ca: '30ms ok' },
    ...{ bc: 'never ok', cb: 'never ok' },
  });
  for (const { measured } of found.pairs.slice(0, 1))
    expect(measured?.added).toMatch(/^1[78][0-9][.0-9]*ms$/);
  expect(code).toBe(0);
});

test('loss is counted: both ways of two ends together', async () => {
  await client('a').putFault('lossy', { loss: { ratio: '20%' }, direction: 'both', ...to('b') });
  const { code, found } = await verify(` --count 200 --to ${pods.b.address}`);
  const [lossy, clean] = found.pairs;
  expect(lossy).toMatchObject({ asked: { loss: '36%' }, verdict: 'ok' });
  expect(lossy!.measured!.lost).toBeGreaterThan(40);
  expect(clean).toMatchObject({ asked: { loss: '0%' }, measured: { lost: 0 }, verdict: 'ok' });
  expect(code).toBe(0);
});

test('what somebody changes behind the agent’s back is off', async () => {
  await client('a').putFault('far', { delay: { time: '150ms' }, ...to('b') });
  const tc = (...args: string[]): string =>
    execFileSync('ip', ['netns', 'exec', pods.a.netns, 'tc', ...args], { encoding: 'utf8' });
  const [, handle = '', parent = ''] =
    /qdisc netem (\S+) parent (\S+)/.exec(tc('qdisc', 'show', 'dev', 'eth0')) ?? [];
  const change = `qdisc change dev eth0 parent ${parent} handle ${handle} netem delay`.split(' ');
  tc(...change, '160ms');
  const offBy10 = expect.stringMatching(
    /^150ms off: 1[56][0-9][.0-9]* ms are added, expected 147 to 153 ms$/,
  ) as string;
  const { code, found } = await verify();
  expect(verdictsOf(found)).toEqual({
    ...{ ab: offBy10, ba: offBy10 },
    ...{ ac: '0ms ok', ca: '0ms ok', bc: '0ms ok', cb: '0ms ok' },
  });
  expect(code).toBe(3);
  tc(...change, '150ms');
  const again = await verify();
  expect(verdictsOf(again.found)).toEqual({
    ...{ ab: '150ms ok', ba: '150ms ok' },
    ...{ ac: '0ms ok', ca: '0ms ok', bc: '0ms ok', cb: '0ms ok' },
  });
  expect(again.code).toBe(0);
});

test('a peer that cannot answer is unreachable', async () => {
  const toC = ` --to ${pods.c.address}`;
  const drop = (how: 'add' | 'del', block: string): void => {
    ip('-n', pods.c.netns, 'route', how, 'blackhole', block);
  };
  // c answers nobody but the bridge, where this test is.
  for (const name of ['a', 'b'] as const) drop('add', `${pods[name].address}/32`);
  const { code, found } = await verify(toC);
  for (const name of ['a', 'b'] as const) drop('del', `${pods[name].address}/32`);
  expect(found.pairs).toMatchObject([
    { verdict: 'unreachable', reason: expect.stringContaining('by its agent port neither') },
    { verdict: 'unreachable' },
  ]);
  expect(code).toBe(3);
});
