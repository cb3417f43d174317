// How fast and how large podlag is, on this machine: `pnpm bench [--json]`; `pnpm bench netem [--json]` says what trees for
// many targets cost, in several minutes. Each comparison is made within one run, in
// turns, and told as a ratio: machines differ, and differ from hour to hour.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const asJson = process.argv.includes('--json');

function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs a benchmark that prints JSON, and says how long it took. */
function measure(title, command, args, cwd = root) {
  say(`==> ${title}`);
  const begin = performance.now();
  const output = execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  say(`<== ${title}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  return JSON.parse(output);
}

const lab = join(root, 'packages/lab/dist/main.js');
const agent = (name) => join(root, `packages/agent/bench/${name}.mjs`);

/** On a kernel with netem. */
function measureInLab(title, program) {
  return measure(title, process.execPath, [lab, 'run', '--', process.execPath, program]);
}

function measureAll() {
  return {
    memory: measure('Five agents: memory and start', process.execPath, [agent('memory')]),
    apply: measureInLab('From HTTP call to confirmed change, on a kernel with netem', agent('apply')),
    injector: measure(
      'Injector beside a bare node:https server',
      'npm',
      ['run', '--silent', 'bench', '--', '--json'],
      join(root, 'packages/injector'),
    ),
  };
}

function measureNetem() {
  const netem = join(root, 'packages/netem');
  execFileSync('npm', ['run', '--silent', 'bench'], { cwd: netem, stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    agents: measureInLab('Agents by driver: HTTP call to confirmed change, memory', agent('per-driver')),
    onHost: measure("The same on this host's own kernel, for a rate", 'unshare', [
      ...['--user', '--map-root-user', '--net', process.execPath, agent('per-driver'), '--rate'],
    ]),
    trees: measureInLab('Trees: to make, to change, to go through', join(netem, 'dist/bench.js')),
  };
}

const number = (value, digits) => value.toFixed(digits);
const verdict = (held) => (held ? 'held' : 'MISSED');

function rows({ memory, apply, injector }) {
  return [
    ['agent, private memory', number(memory.privateMb, 1), 'MB', '<= 18', verdict(memory.privateMb <= 18)],
    ['agent, resident memory', number(memory.rssMb, 1), 'MB', '', ''],
    ['its two tc children, private', number(memory.tcPrivateMb, 1), 'MB', '', ''],
    [
      'agent, start to ready',
      number(memory.startToReadyMs, 0),
      'ms',
      '<= 300',
      verdict(memory.startToReadyMs <= 300),
    ],
    ['HTTP call to confirmed change, p50', number(apply.p50Ms, 2), 'ms', '', ''],
    ['HTTP call to confirmed change, p99', number(apply.p99Ms, 2), 'ms', '', ''],
    ['the same change by a tc process, p50', number(apply.processP50Ms, 2), 'ms', '', ''],
    ['the same change by a tc process, p99', number(apply.processP99Ms, 2), 'ms', '', ''],
    ...injector.rows.flatMap((row) => [
      [`injector, ${row.connections} connections`, number(row.injector.requestsPerSecond, 0), '1/s', '', ''],
      [`  p50 / p99`, `${number(row.injector.p50Ms, 2)} / ${number(row.injector.p99Ms, 2)}`, 'ms', '', ''],
      [`  of a bare server's throughput`, number(row.ratio, 2), '', '>= 0.9', verdict(row.ratio >= 0.9)],
    ]),
  ];
}

function netemRows({ agents, onHost, trees }) {
  const { apply, change, lookUp, throughput } = trees;
  const { idleAgentShare, idleTreeShare } = throughput;
  const ofUnlimited = throughput.delayedMbit / throughput.delayedUnlimitedMbit;
  return [
    ...apply.map(({ driver, targets, applyMs }) => [
      `${driver}: ${targets} targets from nothing`,
      number(applyMs, 1),
      'ms',
      targets === 10_000 ? '<= 1000' : '',
      targets === 10_000 ? verdict(applyMs <= 1000) : '',
    ]),
    ...change.map(({ driver, targets, treeMs, applyMs }) => [
      `${driver}: a change among ${targets} targets (tree ${number(treeMs, 1)}, kernel ${number(applyMs, 1)})`,
      number(treeMs + applyMs, 2),
      'ms',
      '<= 2',
      verdict(treeMs + applyMs <= 2),
    ]),
    ...lookUp.map(({ targets, roundTripUs, addedUs }) => [
      `round trip beside ${targets} targets (added ${number(addedUs, 1)})`,
      number(roundTripUs, 1),
      'us',
      targets === 0 ? '' : 'added <= 5',
      targets === 0 ? '' : verdict(addedUs <= 5),
    ]),
    ...agents.rows.flatMap(({ driver, p50Ms, p99Ms, atRestMb, manyMs, manyMb, tcMb }) => [
      [`${driver}: HTTP call to confirmed change, p50`, number(p50Ms, 2), 'ms', '', ''],
      [`${driver}: HTTP call to confirmed change, p99`, number(p99Ms, 2), 'ms', '<= 3', verdict(p99Ms <= 3)],
      [`${driver}: ${agents.targets} targets by HTTP`, number(manyMs, 0), 'ms', '', ''],
      [`${driver}: agent, private memory, one fault`, number(atRestMb, 1), 'MB', '', ''],
      [`${driver}: agent, private memory, ${agents.targets} targets`, number(manyMb, 1), 'MB', '', ''],
      [`${driver}: its tc children then, private`, number(tcMb, 1), 'MB', '', ''],
    ]),
    ...onHost.rows.flatMap(({ driver, p50Ms, p99Ms, manyMs }) => [
      [`${driver}, on this host: HTTP call to confirmed change, p50`, number(p50Ms, 2), 'ms', '', ''],
      [`${driver}, on this host: the same, p99`, number(p99Ms, 2), 'ms', '<= 3', verdict(p99Ms <= 3)],
      [`${driver}, on this host: ${onHost.targets} targets by HTTP`, number(manyMs, 0), 'ms', '', ''],
    ]),
    ['TCP without a tree', number(throughput.bareMbit, 0), 'mbit', '', ''],
    [
      '  beside an idle agent, share of that',
      number(idleAgentShare, 3),
      '',
      '>= 0.98',
      verdict(idleAgentShare >= 0.98),
    ],
    ['  through a tree whose faults meet others, share of that', number(idleTreeShare, 3), '', '', ''],
    [`TCP through 100 ms at ${throughput.rateMbit} mbit`, number(throughput.delayedMbit, 0), 'mbit', '', ''],
    ['  share of the same without limit', number(ofUnlimited, 3), '', '>= 0.9', verdict(ofUnlimited >= 0.9)],
    ['  drops in the leaf', String(throughput.drops), '', '0', verdict(throughput.drops === 0)],
  ];
}

function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const right = [false, true, false, true, false];
  const cell = (text, column) =>
    right[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  return lines.map((line) => line.map(cell).join('  ').trimEnd()).join('\n');
}

const head = ['WHAT', 'MEASURED', 'UNIT', 'TARGET', 'VERDICT'];
const isNetem = process.argv.includes('netem');
const results = isNetem ? measureNetem() : measureAll();
const lines = isNetem ? netemRows(results) : rows(results);
process.stdout.write(asJson ? `${JSON.stringify(results, null, 2)}\n` : `\n${table([head, ...lines])}\n`);
