import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { agentsTable, benchAgents } from './thousand-agents';

async function main(): Promise<void> {
  const { json, agents, hosts, baseline } = parseArgs({
    options: {
      json: { type: 'boolean' },
      agents: { type: 'string' },
      hosts: { type: 'string' },
      baseline: { type: 'string' },
    },
  }).values;
  const directory = await mkdtemp(join(tmpdir(), 'podlag-bench-'));
  try {
    const agentHost = join(directory, 'agent-host.js');
    await build({
      entryPoints: [join(process.cwd(), 'bench/agent-host.ts')],
      ...{ bundle: true, platform: 'node', target: 'node24', outfile: agentHost, logLevel: 'error' },
    });
    const report = await benchAgents({
      agentHost,
      ...(agents === undefined ? {} : { agents: Number(agents) }),
      ...(hosts === undefined ? {} : { hosts: Number(hosts) }),
      subtractBaseline: baseline !== 'none',
      onProgress: (step) => process.stderr.write(`${step}\n`),
    });
    process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : agentsTable(report));
  } finally {
    await rm(directory, { recursive: true });
  }
}

void main();
