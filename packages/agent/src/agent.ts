import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock, type Clock, type DefaultRoute, type Logger } from '@podlag/core';
import { netlinkDriver, tcDriver, type QdiscDriver } from '@podlag/netem';
import { accessOf } from './access-guard';
import { agentErrors } from './agent-errors';
import { createApp } from './app';
import type { AgentConfig } from './config';
import { defaultRouteDevice, defaultRoutes } from './default-route';
import { exemptionsOf, type ReasonedExemption } from './exemptions';
import type { FaultSet } from './fault-set';
import { LeaseFile, type Lease } from './lease-file';
import { MemoryRelease } from './memory-release';
import { AgentMetrics } from './metrics';
import { PlanKeeper } from './plan-keeper';
import { noPlans } from './plan-set';
import { Prober } from './probe/prober';
import { Readiness } from './readiness';
import { faultsAtStart } from './restore';
import { Settling } from './settling';
import { Shaper } from './shaper';

/** For the answers under way. Who is connected and asks nothing is not waited for. */
const closeWithinMs = 2_000;

export interface AgentParts {
  readonly config: AgentConfig;
  readonly logger: Logger;
  /** For the tc that it starts; PATH finds the program. */
  readonly env: NodeJS.ProcessEnv;
  readonly driver?: QdiscDriver;
  readonly clock?: Clock;
  /** Gives the garbage of large changes back to the system. Absent: V8 decides when. */
  readonly releaseMemory?: () => void;
  /** Whether the pod may probe itself, which shows no fault: for tests. Default false. */
  readonly probeLoopback?: boolean;
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
  releaseMemory = () => undefined,
  probeLoopback = false,
}: AgentParts): Promise<Agent> {
  const routes = await defaultRoutes();
  const device = config.device ?? defaultRouteDevice(routes);
  const metrics = new AgentMetrics();
  const readiness = new Readiness();
  const lease = new LeaseFile(join(config.runDirectory, 'lease.json'));
  const qdiscs = driver ?? driverOf(config, env);
  const found = await readLease(lease, logger);
  const access = await accessOf(config, clock, logger);
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 });
  const port = await listen(server, config.listenPort, config.listenAddress);
  const exemptions = exemptionsFor(config, port, routes);
  const memory = new MemoryRelease(clock, releaseMemory);
  const settling = new Settling({
    ...{ readiness, clock, logger, device },
    faults: () => [...shaper.faults.keys()],
    again: () => shaper.change((faults) => faults, { leaveOut: true }),
  });
  const shaper: Shaper = new Shaper({
    ...{ device, lease, clock, logger },
    driver: qdiscs,
    exemptions: exemptions.map(({ exemption }) => exemption),
    drift: { everyMs: config.driftCheckInterval.milliseconds, repair: config.onDrift === 'repair' },
    mostTargets: config.mostTargets,
    observer: metrics,
    onChanged: (before, after) => {
      memory.changed(before, after);
      settling.settled();
      plans.changed(before, after);
    },
    plans: () => plans.kept,
    nextMoment: () => plans.nextMoment,
  });
  const { kept, classes } = found.kind === 'found' ? found : nothingFound;
  const plans = new PlanKeeper({ shaper, clock, logger, found: kept, observer: metrics });
  const probing = { prober: new Prober(port), probeLoopback };
  const parts = { shaper, plans, driver: qdiscs, exemptions, readiness, access, metrics, logger };
  server.on('request', createApp({ ...parts, ...probing }));
  const before = (now: number): FaultSet =>
    plans.asTheyWere(faultsAtStart(found, config.initialLatency, now));
  await settling.bring(() => shaper.adopt(before, classes, (left, now) => plans.asTheyAre(left, now)));
  plans.start();
  reportCapabilities(qdiscs, logger);
  const close = async (): Promise<void> => {
    for (const part of [settling, memory, plans]) part.stop();
    shaper.endWaits();
    await closeServer(server);
    await shaper.close();
  };
  return { port, readiness, close };
}

const nothingFound = { kept: { plans: noPlans, asOf: 0 }, classes: {} };

async function readLease(lease: LeaseFile, logger: Logger): Promise<Lease> {
  const found = await lease.read();
  if (found.kind === 'unreadable')
    logger.warn({ reason: found.reason, keptAs: lease.unreadablePath }, 'the lease file is unreadable');
  return found;
}

/** For the log, so that an operator learns of a kernel without netem before the first fault does. */
function reportCapabilities(driver: QdiscDriver, logger: Logger): void {
  driver.capabilities().then(
    ({ kernel, driver: way, iproute2, tree, netem }) => {
      const known = { kernel, driver: way, iproute2 };
      if (!tree.available) logger.warn({ ...known, ...tree }, `faults will be refused: ${tree.hint}`);
      else if (!netem.available) logger.warn({ ...known, ...netem }, `delays will be refused: ${netem.hint}`);
      else logger.info(known, 'the kernel can shape');
    },
    (error: unknown) => logger.warn({ err: error }, 'what the kernel can do could not be found out'),
  );
}

function driverOf(
  { driver, tc, runDirectory, takeOverRoot }: AgentConfig,
  env: NodeJS.ProcessEnv,
): QdiscDriver {
  if (driver === 'netlink') return netlinkDriver({ takeOverRoot });
  return tcDriver({ tc, takeOverRoot, tableDirectory: join(runDirectory, 'tc'), env });
}

/** The kubelet reaches pods from an address of its node; through a bridge, from the one that is the pod's gateway. */
function exemptionsFor(
  { exemptProbes, probePorts, nodeAddresses, exempt }: AgentConfig,
  agentPort: number,
  routes: readonly DefaultRoute[],
): readonly ReasonedExemption[] {
  const gateways = routes.flatMap(({ gateway }) => gateway ?? []);
  const nodes = [...nodeAddresses, ...gateways];
  return exemptionsOf({ agentPort, exemptProbes, probePorts, nodes, targets: exempt });
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
