import { readFileSync } from 'node:fs';
import { configFileVariable, createLogger, isPodlagError, loadConfig } from '@podlag/core';
import { startAgent } from './agent';
import { agentConfig } from './config';
import { version } from './version';

async function main(): Promise<void> {
  const { env } = process;
  const name = env[configFileVariable];
  const file = name === undefined ? undefined : { name, text: readFileSync(name, 'utf8') };
  const config = loadConfig(agentConfig, { env, file });
  const logger = createLogger('agent', config.logLevel);
  const agent = await startAgent({ config, logger, env });
  const startedInMs = Math.round(performance.now());
  logger.info({ version, port: agent.port, ready: agent.readiness.ready, startedInMs }, 'listening');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'stopping; what is set stays in the kernel');
      void agent.close().then(() => process.exit(0));
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`podlag-agent: ${isPodlagError(error) ? error.toText() : String(error)}\n`);
  process.exit(1);
});
