import { createLogger, isPodlagError, loadConfig, batchedStdout } from '@podlag/core';
import { agentConnections, httpTransport } from '@podlag/client';
import { inClusterKubeApi } from '@podlag/kube/client';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { version } from '../package.json';
import { startController } from './controller';
import { dnsResolve } from './names/resolver';
import { settingsSchema } from './settings';

/** What is asked of agents is answered in less: a plan's status, with no more than 256 faults. */
const mostAnswerBytes = 1 << 20;

async function main(): Promise<void> {
  const settings = loadConfig(settingsSchema, { env: process.env });
  const logger = createLogger('controller', settings.logLevel, batchedStdout());
  const connections = agentConnections();
  const controller = await startController({
    ...{ settings, logger },
    api: inClusterKubeApi(),
    // A container that starts again in its pod is another holder of the Lease.
    identity: `${settings.identity ?? hostname()}_${randomBytes(4).toString('hex')}`,
    transport: ({ address, port }) => httpTransport(address, port, { connections, mostAnswerBytes }),
    resolve: dnsResolve(),
  });
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping; what agents hold stays');
    controller.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  logger.info({ version, port: controller.port, startedInMs: Math.round(performance.now()) }, 'listening');
}

function fail(error: unknown): never {
  const text = isPodlagError(error) ? error.toText() : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`podlag-controller: ${text ?? ''}\n`);
  process.exit(1);
}

main().catch(fail);
