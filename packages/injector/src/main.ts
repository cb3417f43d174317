import {
  batchedStdout,
  configFileVariable,
  createLogger,
  isPodlagError,
  loadConfig,
  parseYaml,
} from '@podlag/core';
import { readFileSync } from 'node:fs';
import { version } from '../package.json';
import { startInjector, type InjectorOptions } from './injector';
import { injectorErrors } from './injector-errors';
import { settingsSchema, type Settings } from './settings';

function settings(): Settings {
  const { env } = process;
  const name = env[configFileVariable];
  if (name === undefined) return loadConfig(settingsSchema, { env });
  return loadConfig(settingsSchema, { env, file: { name, document: parseYaml(name, textOf(name)) } });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const detail = `${configFileVariable}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw injectorErrors.error('unreadable-file', detail, { cause });
  }
}

/** The client costs 30 MB of memory, so it is loaded only where it is wanted. */
async function apiFor({ kubernetesApi }: Settings): Promise<InjectorOptions> {
  if (kubernetesApi === 'none') return {};
  const { inClusterKubeApi } = await import('@podlag/kube/client');
  return { api: inClusterKubeApi() };
}

async function main(): Promise<void> {
  const config = settings();
  const logger = createLogger('injector', config.logLevel, batchedStdout());
  const injector = await startInjector(config, logger, await apiFor(config));
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal, drainPeriod: config.drainPeriod }, 'draining');
    injector.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const { port, metricsPort } = injector;
  logger.info({ version, port, metricsPort, startedInMs: Math.round(performance.now()) }, 'listening');
}

function fail(error: unknown): never {
  const text = isPodlagError(error) ? error.toText() : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`podlag-injector: ${text ?? ''}\n`);
  process.exit(1);
}

main().catch(fail);
