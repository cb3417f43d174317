import { parseArgs } from 'node:util';
import { benchThroughput, throughputTable } from './throughput';

async function main(): Promise<void> {
  const { json, rounds, seconds } = parseArgs({
    options: { json: { type: 'boolean' }, rounds: { type: 'string' }, seconds: { type: 'string' } },
  }).values;
  const report = await benchThroughput({
    ...(rounds === undefined ? {} : { rounds: Number(rounds) }),
    ...(seconds === undefined ? {} : { durationMs: Number(seconds) * 1000 }),
    onProgress: (step) => process.stderr.write(`${step}\n`),
  });
  process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : throughputTable(report));
}

void main();
