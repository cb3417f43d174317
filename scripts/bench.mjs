// How fast and how large podlag is, on this machine: `pnpm bench [--json]`. Each comparison is made within one run, in
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

const results = {
  memory: measure('Five agents: memory and start', process.execPath, [agent('memory')]),
  apply: measure('From HTTP call to confirmed change, on a kernel with netem', process.execPath, [
    lab,
    'run',
    '--',
    process.execPath,
    agent('apply'),
  ]),
  injector: measure(
    'Injector beside a bare node:https server',
    'npm',
    ['run', '--silent', 'bench', '--', '--json'],
    join(root, 'packages/injector'),
  ),
};

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

function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const right = [false, true, false, true, false];
  const cell = (text, column) =>
    right[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  return lines.map((line) => line.map(cell).join('  ').trimEnd()).join('\n');
}

const head = ['WHAT', 'MEASURED', 'UNIT', 'TARGET', 'VERDICT'];
process.stdout.write(
  asJson ? `${JSON.stringify(results, null, 2)}\n` : `\n${table([head, ...rows(results)])}\n`,
);
