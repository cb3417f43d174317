import type { Logger } from '@podlag/core';
import type { KubeApi } from '@podlag/kube';
import type { RequestListener } from 'node:http';
import { withLoggedWatches } from './cluster/logged-watches';
import { Drain } from './drain';
import { EventWriter, noEvents, type EventSink } from './events/event-writer';
import type { FileWatcherOptions } from './file-watcher';
import { Health } from './health';
import { openSources } from './injector-sources';
import { listen } from './listen';
import { InjectorMetrics } from './metrics';
import { metricsServer } from './metrics-server';
import { ReviewGate } from './review-gate';
import type { Settings } from './settings';
import { defaultPatience, tlsServer, type Patience } from './tls-server';
import { webhookListener } from './webhook-listener';

/** The running injector. */
export interface Injector {
  readonly port: number;
  readonly metricsPort: number;
  /** Ends it as Drain says; a second call cuts the drain period short. */
  stop(): Promise<void>;
}

export interface InjectorOptions {
  readonly watch?: FileWatcherOptions;
  readonly patience?: Patience;
  /** Wanted where settings.kubernetesApi is in-cluster. */
  readonly api?: KubeApi;
}

/**
 * Reads the files, then listens. What comes from the Kubernetes API may come later: readiness says so until then.
 *
 * @throws PodlagError when a file is bad or a port cannot be had
 */
export async function startInjector(
  settings: Settings,
  logger: Logger,
  { watch = {}, patience = defaultPatience, api }: InjectorOptions = {},
): Promise<Injector> {
  const gate = new ReviewGate(settings.maxConcurrent);
  const metrics: InjectorMetrics = new InjectorMetrics({
    inFlight: () => gate.inFlight,
    isReady: () => health.readiness().ready,
  });
  const logged = api && withLoggedWatches(api, logger);
  const sources = await openSources(settings, { metrics, logger, watch, api: logged });
  const health = new Health(sources.checks);
  const { onPodSecurity, podSecurityDefault, ownNamespace } = settings;
  const context = {
    ...sources,
    settings: () => ({
      ...{ onPodSecurity, podSecurityDefault, ownNamespace },
      sidecarMode: sources.sidecarMode(),
      access: sources.agentAccess(),
    }),
  };
  const events = eventSink(settings, { api, logger, metrics });
  const listener = webhookListener({ context, events, health, gate, metrics, logger });
  const { certSource } = sources;
  const webhook = tlsServer(hangingUpWhenDraining(listener, health), {
    certSource,
    metrics,
    logger,
    patience,
  });
  const scraped = metricsServer(metrics);
  const drain = new Drain(webhook, health, {
    periodMs: settings.drainPeriod.milliseconds,
    requestMs: patience.requestMs,
  });
  const closeRest = (): void => {
    sources.close();
    events.close();
    scraped.close();
    scraped.closeAllConnections();
  };
  const host = settings.listenHost;
  try {
    const metricsPort = await listen(scraped, { port: settings.metricsPort, host, setting: 'metricsPort' });
    const port = await listen(webhook, { port: settings.listenPort, host, setting: 'listenPort' });
    return { port, metricsPort, stop: () => drain.run().then(closeRest) };
  } catch (error) {
    closeRest();
    throw error;
  }
}

interface EventParts {
  readonly api: KubeApi | undefined;
  readonly logger: Logger;
  readonly metrics: InjectorMetrics;
}

function eventSink({ events, kubernetesApi }: Settings, { api, logger, metrics }: EventParts): EventSink {
  if (!events || kubernetesApi === 'none' || api === undefined) return noEvents;
  return new EventWriter(api, { logger, onEnd: (outcome) => metrics.eventEnded(outcome) });
}

/** The API server then opens its next connection, which goes to another replica. */
function hangingUpWhenDraining(listener: RequestListener, health: Health): RequestListener {
  return (request, response) => {
    if (health.draining) response.setHeader('Connection', 'close');
    listener(request, response);
  };
}
