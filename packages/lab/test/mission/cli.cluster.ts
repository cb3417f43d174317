import { kubectl } from '../deploy/command';
import { agentOf, podsIn } from '../install/installation';
import { objectsOf } from '../deploy/manifest';
import { readmeLines } from '../install/readme-lines';
import { tryTyped, typedWithPodlag } from './support/command-line';
import { expectDelays } from './support/expected-delay';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import { execIn, measuringPod, runningPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { claim, leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { suite } from './support/suite';
import { rolledOutIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'cli';
const tidb = 'tidb-cluster';
const example = 'deploy/examples/tidb-cluster.yaml';
const sets = 'kubectl podlag latency set 20ms -n tidb-cluster -l app.kubernetes.io/component=pd';
const clears = sets.replace('set 20ms', 'clear');

/** The lines of the README's section, which are typed here as they are. */
let lines: readonly string[];
let client: MeasuringPod;
let pd: MeasuringPod;
let tikv: MeasuringPod;

beforeAll(async () => {
  await removeNamespacesOf(owner, tidb);
  await ensureInstalled();
  // When a new pod would get its sidecar, the example's do, too.
  await makeOwnNamespace(owner, 'cli-trial', { injected: true });
  await kubectl(['apply', '-f', `${__dirname}/../../../../${example}`]);
  await claim(owner, tidb);
  const [[only]] = await Promise.all([
    makeOwnNamespace(owner, 'cli-client').then(() => startPods('cli-client', measuringPod('client'))),
    ...['pd', 'tikv', 'tidb'].map((name) => rolledOutIn(tidb, `statefulset/basic-${name}`)),
    rolledOutIn(tidb, 'deployment/basic-discovery'),
  ]);
  client = only!;
  [pd, tikv] = await Promise.all([runningPod(tidb, 'basic-pd-0'), runningPod(tidb, 'basic-tikv-0')]);
  lines = await readmeLines('The command line');
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

afterEach(() => typedWithPodlag(`podlag latency clear -n ${tidb}`));

/** Types a line of the README, the one that begins so, with something more. @returns standard output */
function typedFromReadme(begin: string, more = ''): string {
  const line = lines.find((one) => one.startsWith(begin));
  if (line === undefined) throw new Error(`no line of the README begins with ${begin}: ${lines.join('\n')}`);
  return typedWithPodlag(`${line} ${more}`);
}

test('latency set delays the pods that are selected, and no others; latency clear takes it away', async () => {
  await expectDelays({
    measure: () => client.pingEach([pd.ip, tikv.ip]),
    set: () => {
      expect(typedFromReadme(sets).match(/\bbasic-pd-[012] .*\b20ms\b/g)).toHaveLength(3);
      expect(typedWithPodlag(`podlag latency get -n ${tidb} basic-pd-0`)).toMatch(/basic-pd-0 .*\b20ms\b/);
      return Promise.resolve();
    },
    clear: () => Promise.resolve(typedWithPodlag(clears)),
    askedMs: [20, 0],
  });
});

test('status shows each pod with what it has', () => {
  typedFromReadme(sets);
  const shown = typedFromReadme('kubectl podlag status');
  expect(shown.match(/^basic-pd-[012] +0\.1\.0 +latency +call +in-force\b/gm)).toHaveLength(3);
  expect(shown.match(/^basic-(discovery|tidb|tikv)-\S+ +0\.1\.0 +none\b/gm)).toHaveLength(6);
});

test('explain tells what a connection meets at both of its ends, and how much longer it takes', () => {
  typedFromReadme(sets);
  const shown = typedFromReadme('kubectl podlag explain basic-tidb-0 basic-pd-0');
  expect(shown).toMatch(/^At basic-tidb-0:$/m);
  expect(shown).toMatch(/^At basic-pd-0:\n {2}to \S+: latency: .*20ms.*\n(.*\n)*? {2}longer by: .*20ms/m);
});

/**
 * What verify finds. Where a busy machine has made timers late it finds pairs that are not as asked, so it is asked up to
 * five times; but what is wrong stays wrong.
 */
function verified(line: string): { readonly code: number | null; readonly pairs: readonly VerifiedPair[] } {
  for (let left = 4; ; left--) {
    const { code, stdout, stderr } = tryTyped(`${line} -o json`);
    if (code !== 0 && code !== 3) throw new Error(`${line}: exit status ${code}\n${stderr}${stdout}`);
    if (code === 3 && left > 0) continue;
    return { code, pairs: (JSON.parse(stdout) as { pairs: VerifiedPair[] }).pairs };
  }
}

interface VerifiedPair {
  readonly from: string;
  readonly to: string;
  readonly asked: { readonly median: string };
  readonly verdict: string;
  readonly reason?: string;
}

const told = ({ asked, verdict, reason = '' }: VerifiedPair) => `${asked.median} ${verdict} ${reason}`.trim();

test('verify measures that the network is as asked, between the pods that are selected', () => {
  const line = lines.find((one) => one.startsWith('kubectl podlag verify -n tidb-cluster'))!;
  typedWithPodlag(`podlag latency set 20ms -n ${tidb} basic-pd-0`);
  const { code, pairs } = verified(`${line} -l app.kubernetes.io/component=pd`);
  const ofPd0 = ({ from, to }: VerifiedPair) => [from, to].includes('basic-pd-0');
  expect(pairs.filter(ofPd0).map(told)).toEqual(Array(4).fill('20ms ok'));
  expect(pairs.filter((pair) => !ofPd0(pair)).map(told)).toEqual(Array(2).fill('0ms ok'));
  expect(code).toBe(0);
});

test('fault apply waits until it is in force, list and verify show it, delete takes it away', () => {
  const applied = typedWithPodlag('podlag fault apply -f deploy/examples/network-fault.yaml');
  expect(applied).toMatch(/slow-pd/);
  expect(typedWithPodlag(`podlag fault list -n ${tidb}`)).toMatch(/^slow-pd .*\bEffective\b.*\b2\/2\b/m);
  const { code, pairs } = verified(`kubectl podlag verify networkfault/slow-pd -n ${tidb}`);
  expect(pairs.map(told)).toEqual(Array(6).fill('20ms ok'));
  expect(code).toBe(0);
  typedWithPodlag(`podlag fault delete slow-pd -n ${tidb}`);
  expect(typedWithPodlag(`podlag fault list -n ${tidb}`)).not.toContain('slow-pd');
});

// The agent sets right what it finds changed, some seconds later: so it is changed again and again.
const changing = `
netem=$(tc qdisc show dev eth0 | sed -n 's/^qdisc netem \\([^ ]*\\) .*parent \\([^ ]*\\) .*/parent \\2 handle \\1/p')
for change in $(seq 60); do tc qdisc change dev eth0 $netem netem delay 60ms; sleep 0.2; done`;

test('verify finds what somebody has changed in a kernel, and its exit status is 3', async () => {
  typedWithPodlag(`podlag latency set 20ms -n ${tidb} basic-pd-0`);
  const done = execIn(tidb, 'basic-pd-0', 'podlag-agent', ['sh', '-c', changing]);
  const [end, settled] = [tryTyped(onlyPd0), await Promise.allSettled([done])];
  expect(settled).toMatchObject([{ status: 'fulfilled' }]);
  const { pairs } = JSON.parse(end.stdout) as { pairs: VerifiedPair[] };
  expect(pairs.map(told)).toEqual([
    expect.stringMatching(/^20ms off \d+(\.\d)? ms are added, expected 19 to 21 ms/),
  ]);
  expect(end.code).toBe(3);
});

/** Of the connections of one pod to another. */
const onlyPd0 = `kubectl podlag verify -n ${tidb} -l statefulset.kubernetes.io/pod-name=basic-pd-0 --to basic-tikv-0 -o json`;

test.each([
  [
    'check finds nothing wrong',
    `kubectl podlag check -n ${tidb}`,
    /a pod of tidb-cluster would get its sidecar/,
  ],
  ['certs shows until when the certificate is good', 'podlag certs', /^webhook certificate .* valid$/m],
  [
    'version shows what runs',
    `podlag version -n ${tidb}`,
    /^podlag-controller .*:0\.1\.0\n(.*\n)*^agents +0\.1\.0 \(9\)$/m,
  ],
])('%s', (_, line, expected) => {
  expect(typedWithPodlag(line)).toMatch(expected);
});

test('inject prints what the webhook would make of a file, and the API server takes it', async () => {
  const printed = typedWithPodlag(`podlag inject -f ${example}`);
  expect(
    objectsOf(printed).filter((object) => JSON.stringify(object).includes('podlag-agent:')),
  ).toHaveLength(4);
  const again = typedWithPodlag(`podlag inject -f ${example} | kubectl apply --dry-run=server -f -`);
  expect(again).toMatch(/statefulset.apps\/basic-pd configured/);
  // The webhook leaves alone what has an agent already.
  const pods = await podsIn(tidb);
  expect(pods.filter((pod) => agentOf(pod) !== undefined)).toHaveLength(9);
});

test('a line that is wrong is exit status 2, and says how it is typed by the name that it was typed by', () => {
  const { code, stderr, stdout } = tryTyped(`kubectl podlag latency set 20lightyears -n ${tidb}`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('20lightyears');
});

if (suite.onBed) {
  test('without a cluster it speaks straight to an agent, from a machine that reaches pods', async () => {
    const podlag = (what: string) => `KUBECONFIG=/nowhere podlag latency ${what} --agent ${tikv.ip}`;
    await expectDelays({
      measure: () => client.pingEach([pd.ip, tikv.ip]),
      set: () => Promise.resolve(typedWithPodlag(podlag('set 20ms'))),
      clear: () => Promise.resolve(typedWithPodlag(podlag('clear'))),
      askedMs: [0, 20],
    });
  });
}
