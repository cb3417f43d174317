// What a tree costs, to make and to go through. Needs a kernel with netem, and root. Prints JSON.
import { benchApply, benchChange } from './apply';
import { makeWire, say } from './bed';
import { benchLookUp } from './look-up';
import { benchThroughput, throughputRole } from './throughput';

async function main(): Promise<void> {
  const wire = makeWire(1);
  try {
    say('targets by each driver');
    const apply = await benchApply(wire);
    const change = await benchChange(wire);
    say('round trips beside trees');
    const lookUp = await benchLookUp();
    say('TCP');
    const throughput = await benchThroughput(wire);
    process.stdout.write(`${JSON.stringify({ apply, change, lookUp, throughput })}\n`);
  } finally {
    wire.remove();
  }
}

const role = throughputRole(process.argv.slice(2));
if (role) role();
else
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  });
