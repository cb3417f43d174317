import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isPodlagError, systemClock, type Clock, type Logger } from '@podlag/core';
import { TcDriver, type QdiscDriver } from '@podlag/netem';
import { agentErrors } from './agent-errors';
import { createApp } from './app';
import type { AgentConfig } from './config';
import { defaultRouteDevice } from './default-route';
import { LeaseFile } from './lease-file';
import { AgentMetrics } from './metrics';
import { Readiness } from './readiness';
import { faultsAtStart } from './restore';
import { Shaper } from './shaper';

/** Until what is to be in force from the start is: the node's modules may be loaded meanwhile. */
const retryStartMs = 5_000;

/** For the answers under way. Who is connected and asks nothing is not waited for. */
const closeWithinMs = 2_000;

export interface AgentParts {
  readonly config: AgentConfig;
  readonly logger: Logger;
  /** For the tc that it starts; PATH finds the program. */
  readonly env: NodeJS.ProcessEnv;
  readonly driver?: QdiscDriver;
  readonly clock?: Clock;
}

export interface Agent {
  readonly port: number;
  readonly readiness: Readiness;
  /** Stops answering. What is set stays in the kernel: a restart takes it up, and the pod's end ends it. */
  close(): Promise<void>;
}

/**
 * Starts an agent: listens, then brings the kernel to what is set, then is ready. A kernel that cannot shape is no
 * reason to fail unless a fault is to be in force from the start: the pod must come up, and the agent can say why.
 *
 * @throws PodlagError `port-taken`, `no-default-route`
 */
export async function startAgent({
  config,
  logger,
  env,
  driver,
  clock = systemClock,
}: AgentParts): Promise<Agent> {
  const device = config.device ?? (await defaultRouteDevice());
  const metrics = new AgentMetrics();
  const readiness = new Readiness();
  const lease = new LeaseFile(join(config.runDirectory, 'lease.json'));
  const qdiscs = driver ?? tcDriver(config, env);
  const found = await lease.read();
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 });
  const port = await listen(server, config.listenPort, config.listenAddress);
  const shaper = new Shaper({
    device,
    agentPort: port,
    driver: qdiscs,
    lease,
    clock,
    logger,
    observer: metrics,
  });
  server.on('request', createApp({ shaper, driver: qdiscs, readiness, metrics, logger }));
  if (found.kind === 'unreadable') logger.warn({ reason: found.reason }, 'the lease file is unreadable');
  let cancelRetry = (): void => undefined;
  const settle = async (bring: () => Promise<unknown>): Promise<void> => {
    try {
      await bring();
      readiness.becomeReady();
      logger.info({ faults: [...shaper.faults.keys()] }, 'in force');
    } catch (error) {
      const reason = isPodlagError(error) ? error.toText() : String(error);
      readiness.fail(reason);
      logger.error({ device }, `not ready, trying again: ${reason}`);
      cancelRetry = clock.after(retryStartMs, () => void settle(() => shaper.change((faults) => faults)));
    }
  };
  await settle(() => shaper.adopt((now) => faultsAtStart(found, config.initialLatency, now)));
  reportCapabilities(qdiscs, logger);
  return {
    port,
    readiness,
    async close() {
      cancelRetry();
      await closeServer(server);
      await shaper.close();
    },
  };
}

/** For the log, so that an operator learns of a kernel without netem before the first fault does. */
function reportCapabilities(driver: QdiscDriver, logger: Logger): void {
  driver.capabilities().then(
    ({ kernel, iproute2, shaping }) => {
      if (shaping.available) logger.info({ kernel, iproute2 }, 'the kernel can shape');
      else logger.warn({ kernel, iproute2, ...shaping }, `faults will be refused: ${shaping.hint}`);
    },
    (error: unknown) => logger.warn({ err: error }, 'what the kernel can do could not be found out'),
  );
}

function tcDriver({ tc, runDirectory, takeOverRoot }: AgentConfig, env: NodeJS.ProcessEnv): QdiscDriver {
  return new TcDriver({ tc, takeOverRoot, tableDirectory: join(runDirectory, 'tc'), env });
}

/** All addresses of both families unless one is named; a kernel without IPv6 has only the one. */
async function listen(server: Server, port: number, address: string | undefined): Promise<number> {
  try {
    return await listenOn(server, port, address ?? '::');
  } catch (error) {
    const withoutIpv6 = (error as NodeJS.ErrnoException).code === 'EAFNOSUPPORT' && address === undefined;
    if (!withoutIpv6) throw error;
    return listenOn(server, port, '0.0.0.0');
  }
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? agentErrors.error('port-taken', `port ${port} is in use`, { cause: error }) : error);
    };
    server.once('error', refused).listen({ port, host }, () => {
      server.off('error', refused);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), closeWithinMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
