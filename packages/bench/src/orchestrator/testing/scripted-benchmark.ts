import { benchErrors } from '../../bench-errors';
import type { Benchmark, ToolCommand } from '../../benchmark/benchmark';

/** What a scripted tool does when it measures. */
export const scripts = {
  /** The time that the kernel's clock says. */
  steady: 'console.log(JSON.stringify({ seconds: 0.001 }))',
  garbled: "console.log('nan')",
  broken: "console.error('no route to host'); process.exitCode = 3",
  /** Until it is ended; from the file that it makes others know that it runs. */
  slow: "require('node:fs').writeFileSync(started, ''); setTimeout(() => {}, 60000)",
  /** Its server ends soon after it has begun to listen. */
  forsaken: 'setTimeout(() => {}, 60000)',
} as const;

/**
 * A program of the shape that tools have, for `node -e PROGRAM --`: `version`, `serve PORT`, and one command for each script.
 * A server that listens is all that these clients need.
 */
const program = `
const [started, command, port] = process.argv.slice(1);
if (command === 'version') console.log('1.0');
else if (command === 'serve') require('node:net').createServer().listen(Number(port), '127.0.0.1');
else if (command === 'serve-briefly') {
  require('node:net').createServer().listen(Number(port), '127.0.0.1');
  setTimeout(() => { console.error('out of memory'); process.exit(9); }, 500);
}
${Object.entries(scripts)
  .map(([name, script]) => `else if (command === '${name}') { ${script} }`)
  .join('\n')}
`;

/** What runs the scripted tools. @param started a file that is there as soon as a slow one runs */
export function scriptedProgram(started: string): readonly [string, ...string[]] {
  return [process.execPath, '-e', program, '--', started];
}

/**
 * One benchmark for each script. Workers of one machine share its ports, so each gets a table with a port of its own for
 * its servers; in all else they are equal.
 */
export function scriptedBenchmarks(port: number): readonly Benchmark[] {
  return Object.keys(scripts).map((name) => scripted(name, port));
}

function scripted(name: string, port: number): Benchmark {
  return {
    ...{ name, title: `Scripted: ${name}`, ignores: [] },
    ports: [{ protocol: 'tcp', port, ready: true }],
    metrics: [
      {
        ...{ name: 'seconds', unit: 's', better: 'lower', roundTrips: 1, statistic: 'mean' },
        meaning: 'As the script says.',
      },
    ],
    version: command('version'),
    readVersion: ({ stdout }) => stdout.trim(),
    server: () => command(name === 'forsaken' ? 'serve-briefly' : 'serve', String(port)),
    client: () => command(name),
    read: ({ stdout }) => {
      if (!stdout.startsWith('{'))
        throw benchErrors.error('unreadable-output', `${stdout.trim()} is no document`);
      return { values: JSON.parse(stdout) as Record<string, number> };
    },
  };
}

function command(...args: readonly string[]): ToolCommand {
  return { program: { kind: 'probe' }, args };
}
