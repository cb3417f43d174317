import { createLogger, isPodlagError } from '@podlag/core';
import { startAgent } from './agent';
import { readAgentConfig } from './config';
import { version } from './version';

async function main(): Promise<void> {
  const { env } = process;
  const { config, warnings } = readAgentConfig(env);
  const logger = createLogger('agent', config.logLevel);
  for (const warning of warnings) logger.warn(warning);
  const starting = startAgent({ config, logger, env, releaseMemory });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'stopping; what is set stays in the kernel');
      void starting.then((agent) => agent.close()).then(() => process.exit(0));
    });
  }
  const agent = await starting;
  const startedInMs = Math.round(performance.now());
  logger.info({ version, port: agent.port, ready: agent.readiness.ready, startedInMs }, 'listening');
  releaseMemory();
}

/**
 * Loading leaves a third of the heap as garbage that an idle program would keep for hours, and a large change leaves more
 * than it keeps. `last-resort` also gives the pages back to the system. Only under `node --expose-gc`, as the image
 * starts it.
 */
function releaseMemory(): void {
  const { gc } = globalThis as { gc?: (options: object) => void };
  gc?.({ type: 'major', flavor: 'last-resort', execution: 'sync' });
}

main().catch((error: unknown) => {
  process.stderr.write(`podlag-agent: ${isPodlagError(error) ? error.toText() : String(error)}\n`);
  process.exit(1);
});
