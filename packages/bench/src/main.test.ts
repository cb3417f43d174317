import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterTest } from '../test/channel/after-test';
import { newBed, newCertificates, tlsOf, type ChannelBed } from '../test/channel/channel-bed';
import type { ChannelTls } from './channel/channel-tls';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

// Programs are started here, and the machine may be busy.
jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'podlag-bench-main-'));
const program = join(folder, 'main.js');

beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, 'main.ts')],
    ...{ bundle: true, platform: 'node', target: 'node24', outfile: program, logLevel: 'warning' },
    loader: { '.proto': 'text' },
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: '/usr/bin:/bin', ...env } });
  afterTest(() => child.kill('SIGKILL'));
  return child;
}

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

async function ended(child: ChildProcess): Promise<Ended> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout!),
    text(child.stderr!),
  ]);
  return { code, stdout, stderr };
}

/** What the launcher gives worker a. */
function workerEnvironment({ address }: ChannelBed, tls: ChannelTls): Record<string, string> {
  const tlsFolder = mkdtempSync(join(folder, 'tls-'));
  writeFileSync(join(tlsFolder, 'ca.crt'), tls.ca);
  writeFileSync(join(tlsFolder, 'tls.crt'), tls.cert);
  writeFileSync(join(tlsFolder, 'tls.key'), tls.key);
  return {
    PODLAG_ORCHESTRATOR: address,
    PODLAG_WORKER: 'a',
    PODLAG_NODE: 'node-1',
    PODLAG_NETWORK: 'pod',
    PODLAG_TLS_FOLDER: tlsFolder,
    PODLAG_ADDRESSES: '127.0.0.1,::1',
  };
}

test.each<[string, readonly string[], Record<string, string>, Partial<Ended>]>([
  [
    'nothing',
    [],
    {},
    { code: 2, stderr: expect.stringMatching(/^Usage: podlag-bench orchestrator \| worker/) },
  ],
  [
    'a role that is none',
    ['wrker'],
    {},
    { code: 2, stderr: expect.stringContaining('Did you mean worker?') },
  ],
  ['--version', ['--version'], {}, { code: 0, stdout: '0.1.0\n', stderr: '' }],
  ['--help', ['--help'], {}, { code: 0, stdout: expect.stringMatching(/^Usage: /), stderr: '' }],
  [
    'worker, without settings',
    ['worker'],
    {},
    {
      code: 1,
      stderr: expect.stringMatching(/^podlag-bench: PODLAG_ORCHESTRATOR .*\n.*PODLAG_WORKER [^]*hint: /),
    },
  ],
  [
    'worker, with a misspelt one',
    ['worker'],
    { PODLAG_ORCHESTRATR: 'x:1' },
    { code: 1, stderr: expect.stringContaining('Did you mean PODLAG_ORCHESTRATOR?') },
  ],
  [
    'probe, without one',
    ['probe'],
    {},
    { code: 1, stderr: expect.stringContaining('"code":"invalid-probe-command"') },
  ],
])('it is told %s', async (_, args, env, expected) => {
  expect(await ended(start(args, env))).toMatchObject(expected);
});

test('a worker connects, knows its own probes, and ends well on SIGTERM', async () => {
  const bed = await newBed(['a'], { heartbeatMs: 5_000 });
  const child = start(['worker'], workerEnvironment(bed, tlsOf(bed.certificates, 'a')));
  const end = ended(child);
  await bed.hub.waitFor(['a'], 60_000);
  expect(bed.hub.workers().get('a')!.hello).toMatchObject({
    node: 'node-1',
    addresses: ['127.0.0.1', '::1'],
    tools: { 'probe-tcp-rr': { version: expect.any(String) } },
  });
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ code: 0, stderr: '' });
  expect(bed.hub.workers().get('a')!.connected).toBe(false);
});

test('a worker that is let go ends with 0', async () => {
  const bed = await newBed(['a'], { heartbeatMs: 5_000 });
  const end = ended(start(['worker'], workerEnvironment(bed, tlsOf(bed.certificates, 'a'))));
  await bed.hub.waitFor(['a'], 60_000);
  await bed.hub.close('enough');
  expect(await end).toMatchObject({ code: 0, stdout: expect.stringContaining('"reason":"enough"') });
});

test('a worker that is refused says why, and what to do', async () => {
  const certificates = newCertificates(['a', 'b']);
  const bed = await newBed(['a', 'b'], { tls: { ca: certificates.ca, ...certificates.orchestrator } });
  const env = workerEnvironment(bed, tlsOf(certificates, 'b'));
  expect(await ended(start(['worker'], env))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/its certificate is that of b, not of a\n {2}hint: /),
  });
});

test('a worker that nobody lets go ends at its deadline', async () => {
  const bed = await newBed(['a'], { heartbeatMs: 5_000 });
  const env = workerEnvironment(bed, tlsOf(bed.certificates, 'a'));
  expect(await ended(start(['worker'], { ...env, PODLAG_DEADLINE: '1s' }))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not let go within 1s'),
  });
});
