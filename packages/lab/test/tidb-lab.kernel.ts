import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { programsOf, startLab, type Lab } from '../src/cluster';
import { median } from '../src/demo/verdict';

const repository = resolve(__dirname, '../../..');
const programs = programsOf(repository);

/** Pods beside the TiDB cluster, each with a reason of its own to be treated in another way. */
const others = `
---
kind: Pod
metadata: {name: slow-start, namespace: tidb-cluster, annotations: {podlag.io/latency: 20ms}}
spec: {containers: [{name: app, image: app:1, ports: [{containerPort: 80}]}]}
---
kind: Pod
metadata: {name: opted-out, namespace: tidb-cluster, annotations: {podlag.io/inject: "false"}}
spec: {containers: [{name: app, image: app:1, ports: [{containerPort: 80}]}]}
---
kind: Pod
metadata: {name: on-the-host, namespace: tidb-cluster}
spec: {hostNetwork: true, containers: [{name: app, image: app:1}]}
---
kind: Pod
metadata: {name: elsewhere, namespace: unlabelled}
spec: {containers: [{name: app, image: app:1}]}
`;

let folder: string;
let lab: Lab;
let closeLab = (): Promise<void> => Promise.resolve();

async function fileWith(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-lab-test-'));
  const tidb = await readFile(join(repository, 'deploy/examples/tidb-cluster.yaml'), 'utf8');
  lab = await startLab({ manifest: await fileWith('all.yaml', tidb + others), programs });
  closeLab = () => lab.close();
}, 60_000);

afterAll(async () => {
  await closeLab();
  await rm(folder, { recursive: true, force: true });
});

/** A call to a pod's agent from the node, as a person would make it. @returns the answer's body */
async function call(podName: string, path: string, ...options: readonly string[]): Promise<string> {
  const url = `http://${lab.pod(podName).ip}:2332${path}`;
  const { code, stdout, stderr } = await lab.exec('node', [
    'curl',
    '-sS',
    '--fail-with-body',
    '-m',
    '5',
    ...options,
    url,
  ]);
  if (code !== 0) throw new Error(`${url}: ${stdout}${stderr}`);
  return stdout;
}

async function medianPing(from: string, to: string, count = 15): Promise<number> {
  const { timesMs } = await lab.ping(from, lab.pod(to).ip, count);
  const middle = median(timesMs);
  if (middle === undefined) throw new Error(`no reply from ${to}`);
  return middle;
}

const tidbPods = (): Lab['pods'] => lab.pods.filter(({ name }) => name.startsWith('basic-'));

test('every pod of the TiDB cluster is injected by the real webhook, over TLS', () => {
  expect(tidbPods().map(({ decision }) => decision)).toEqual(Array(9).fill('injected'));
  expect(tidbPods().map(({ sidecars }) => sidecars)).toEqual(Array(9).fill(['podlag-agent']));
  expect(lab.pod('basic-tidb-0')).toMatchObject({
    namespace: 'tidb-cluster',
    containers: ['slowlog', 'tidb'],
    sidecars: ['podlag-agent'],
    object: {
      spec: { hostname: 'basic-tidb-0', initContainers: [{ name: 'podlag-agent', restartPolicy: 'Always' }] },
    },
  });
});

test('a pod can talk to the application of another, by its declared port', async () => {
  const { ip } = lab.pod('basic-pd-0');
  const talk = 'exec 3<>"/dev/tcp/$1/2379" && echo hello >&3 && head -n 1 <&3';
  const { stdout } = await lab.exec('basic-tikv-0', ['bash', '-c', talk, 'talk', ip]);
  expect(stdout).toBe('hello\n');
});

test('a pod is reached by IPv6 too', async () => {
  const { ipv6 } = lab.pod('basic-pd-0');
  const { timesMs } = await lab.ping('basic-tikv-0', ipv6!, 1);
  expect(timesMs).toEqual([expect.any(Number)]);
});

test('a delay on one pod delays that pod only, can be changed, and taken away', async () => {
  // What a try before this one may have left.
  await call('basic-pd-0', '/latency/0ms');
  const idle = await medianPing('node', 'basic-pd-0');
  for (const askedMs of [20, 50]) {
    expect(JSON.parse(await call('basic-pd-0', `/latency/${askedMs}ms`))).toMatchObject({
      latency: `${askedMs}ms`,
    });
    const added = (await medianPing('node', 'basic-pd-0')) - idle;
    expect(added).toBeGreaterThanOrEqual(askedMs - 0.1);
    expect(added).toBeLessThanOrEqual(askedMs + 1);
  }
  for (const other of ['basic-pd-1', 'basic-pd-2', 'basic-tikv-0']) {
    expect(await medianPing('node', other)).toBeLessThan(idle + 1);
  }
  await call('basic-pd-0', '/latency/0ms');
  expect(await medianPing('node', 'basic-pd-0')).toBeLessThan(idle + 1);
});

test('what an annotation asks for is in force from the first packet, with nothing known of each other', async () => {
  const { timesMs } = await lab.ping('basic-tikv-1', lab.pod('slow-start').ip, 5);
  const [first = 0, ...rest] = timesMs.map((time) => time ?? Infinity);
  const settled = median(rest) ?? Infinity;
  expect(settled).toBeGreaterThan(19.9);
  expect(settled).toBeLessThan(21);
  // Not twice as long, as where the resolution of the address is delayed too.
  // One packet, on a machine that may be busy; a delayed ARP would add another 20 ms.
  expect(first).toBeGreaterThan(19.9);
  expect(first - settled).toBeLessThan(10);
});

test('pods that are not to be injected come up untouched', () => {
  expect(lab.pod('opted-out')).toMatchObject({
    decision: 'opted-out',
    sidecars: [],
    netns: expect.any(String),
  });
  expect(lab.pod('on-the-host')).toMatchObject({ decision: 'host-network', sidecars: [], netns: undefined });
  expect(lab.pod('elsewhere')).toMatchObject({ decision: 'not-selected', sidecars: [], warnings: [] });
  expect(lab.pod('opted-out').warnings.join()).toContain('opted-out');
  for (const name of ['opted-out', 'on-the-host', 'elsewhere']) {
    expect(lab.pod(name).object.spec).not.toHaveProperty('initContainers');
    expect(lab.pod(name).object.metadata).not.toHaveProperty('annotations.podlag.io/status');
  }
});

test('a pod without an agent has nobody on its port', async () => {
  await expect(call('opted-out', '/healthz')).rejects.toThrow('Failed to connect');
});

test('the agent answers while nothing else passes, and takes the partition away', async () => {
  const { ip } = lab.pod('basic-tikv-2');
  await call(
    'basic-tikv-2',
    '/v1/faults/cut',
    '-X',
    'PUT',
    '-H',
    'content-type: application/json',
    '-d',
    '{"partition":true}',
  );
  expect(await lab.ping('node', ip, 1)).toEqual({ timesMs: [undefined] });
  await call('basic-tikv-2', '/healthz');
  await call('basic-tikv-2', '/v1/faults/cut', '-X', 'DELETE');
  expect(await lab.ping('node', ip, 1)).toEqual({ timesMs: [expect.any(Number)] });
});

test('the agent has NET_ADMIN and no other capability, and cannot gain any', async () => {
  const netns = lab.pod('basic-pd-1').netns!;
  const { stdout: pids } = await lab.exec('node', ['ip', 'netns', 'pids', netns]);
  const processes = await Promise.all(
    pids
      .trim()
      .split('\n')
      .map(async (pid) => ({
        command: await readFile(`/proc/${pid}/cmdline`, 'utf8'),
        status: await readFile(`/proc/${pid}/status`, 'utf8'),
      })),
  );
  const { status } = processes.find(({ command }) => command.includes('--lite-mode'))!;
  // CAP_NET_ADMIN is number 12.
  expect(status).toContain('CapEff:\t0000000000001000\n');
  expect(status).toContain('CapBnd:\t0000000000001000\n');
  expect(status).toContain('NoNewPrivs:\t1\n');
});

test('an agent keeps its lease in its own volume', async () => {
  const leases = (await readdir(lab.directory, { recursive: true })).filter((file) =>
    file.endsWith('lease.json'),
  );
  expect(leases).toContain('basic-pd-0/volumes/podlag-run/lease.json');
  expect(new Set(leases).size).toBe(leases.length);
});

async function leftOver(id: string): Promise<readonly string[]> {
  const { stdout } = await lab.exec('node', ['sh', '-c', 'ip netns list; ip -brief link']);
  const kept = stdout.split('\n').filter((line) => line.includes(id));
  return existsSync('/dev/shm')
    ? [...kept, ...(await readdir('/dev/shm')).filter((file) => file.includes(id))]
    : kept;
}

test('two labs beside each other do not meet, and a closed one leaves nothing behind', async () => {
  const manifest = await fileWith(
    'small.yaml',
    'kind: Namespace\nmetadata: {name: n, labels: {sidecar-injection: enabled}}\n---\nkind: Pod\nmetadata: {name: basic-pd-0, namespace: n}\nspec: {containers: [{name: c}]}',
  );
  const second = await startLab({ manifest, programs });
  const { ip } = second.pod('basic-pd-0');
  expect(ip).not.toBe(lab.pod('basic-pd-0').ip);
  expect((await second.ping('node', ip, 1)).timesMs).toEqual([expect.any(Number)]);
  await second.close();
  expect(await leftOver(second.id)).toEqual([]);
  expect(await leftOver(lab.id)).not.toEqual([]);
}, 20_000);

test('a lab that cannot start says why, and leaves nothing behind', async () => {
  const template = await fileWith(
    'template.yaml',
    'containers: [{name: other, image: "other:1", ports: [{containerPort: 2332}]}]',
  );
  const manifest = join(folder, 'small.yaml');
  const before = (await lab.exec('node', ['ip', 'netns', 'list'])).stdout;
  await expect(startLab({ manifest, programs: { ...programs, template } })).rejects.toThrow(
    'no program for the image "other:1"',
  );
  expect((await lab.exec('node', ['ip', 'netns', 'list'])).stdout).toBe(before);
}, 20_000);
