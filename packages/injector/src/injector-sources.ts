import type { Logger } from '@podlag/core';
import type { KubeApi } from '@podlag/kube';
import { openAccess, type AgentAccess } from './agent-access';
import { certFiles, certSourceFromFiles, type CertSource } from './cert-source';
import { serviceHost } from './certificates/cert-secret';
import { SelfSignedCertSource } from './certificates/self-signed-cert-source';
import { NamespaceWatch } from './cluster/namespace-watch';
import { SidecarModeLookup } from './cluster/sidecar-mode';
import { TokenKeysWatch } from './cluster/token-keys-watch';
import type { FileWatcherOptions } from './file-watcher';
import type { Check } from './health';
import { injectorErrors } from './injector-errors';
import { LiveFile, type LiveFileOptions } from './live-file';
import type { InjectorMetrics } from './metrics';
import { noNamespaceLabels, type NamespaceLabels } from './namespace';
import { labelsFromFile, namespaceLabelsFile } from './namespace-labels-file';
import type { Settings } from './settings';
import type { SidecarMode } from './sidecar';
import type { Template } from './template';
import { templateFile } from './template-file';

/** What the injector knows of the world around it, kept up to date. */
export interface InjectorSources {
  readonly template: () => Template;
  readonly namespaceLabels: NamespaceLabels;
  readonly sidecarMode: () => SidecarMode;
  /** Throws as long as agents are to ask for tokens and nobody knows by which keys. */
  readonly agentAccess: () => AgentAccess;
  readonly certSource: CertSource;
  /** For readiness: is what was found good, and does it still hold. */
  readonly checks: readonly Check[];
  close(): void;
}

export interface SourceParts {
  readonly metrics: InjectorMetrics;
  readonly logger: Logger;
  readonly watch: FileWatcherOptions;
  /** For settings that ask for it. */
  readonly api: KubeApi | undefined;
}

/** Something that follows the world, and what readiness has to know of it. */
interface Source {
  readonly check?: Check;
  close(): void;
}

/** Opens one source after the other; when one fails, closes those before. */
class Opening {
  readonly sources: Source[] = [];

  constructor(
    readonly settings: Settings,
    readonly parts: SourceParts,
  ) {}

  /** The API, for a setting that cannot do without; settings.ts sees to it that there is one. */
  get api(): KubeApi {
    const { api } = this.parts;
    if (api === undefined)
      throw injectorErrors.error('internal', 'no client for the Kubernetes API was given');
    return api;
  }

  add<S extends Source>(source: S): S {
    this.sources.push(source);
    return source;
  }

  async file<T>(kind: Pick<LiveFileOptions<T>, 'label' | 'paths' | 'parse'>): Promise<LiveFile<T>> {
    const { watch, logger, metrics } = this.parts;
    const onReload = (outcome: 'reloaded' | 'failed'): void => metrics.reloaded(kind.label, outcome);
    return LiveFile.open({ ...watch, ...kind, logger, onReload });
  }

  /** A file of which a bad edit stops nothing, since the last good one is in force; but somebody waits for it to work. */
  async checkedFile<T>(kind: Pick<LiveFileOptions<T>, 'label' | 'paths' | 'parse'>): Promise<LiveFile<T>> {
    const file = await this.file(kind);
    const check = { name: file.label, caution: () => file.problem };
    this.add({ check, close: () => file.close() });
    return file;
  }

  close(): void {
    for (const source of this.sources) source.close();
  }
}

/** @throws PodlagError for the first file that is missing or bad */
export async function openSources(settings: Settings, parts: SourceParts): Promise<InjectorSources> {
  const opening = new Opening(settings, parts);
  try {
    const template = await opening.checkedFile(templateFile(settings.templateFile));
    const found = {
      certSource: await certificates(opening),
      namespaceLabels: await namespaceLabels(opening),
      sidecarMode: sidecarMode(opening),
      agentAccess: agentAccess(opening),
    };
    return {
      ...found,
      template: () => template.value,
      checks: opening.sources.flatMap(({ check }) => check ?? []),
      close: () => opening.close(),
    };
  } catch (error) {
    opening.close();
    throw error;
  }
}

async function certificates(opening: Opening): Promise<CertSource> {
  const { metrics } = opening.parts;
  const source = opening.settings.certSource === 'files' ? await fromFiles(opening) : selfSigned(opening);
  source.onChange(({ notAfter }) => metrics.certificateEnds(notAfter));
  const check = {
    name: 'certificate',
    blocker: () => source.blocker(),
    caution: () => source.caution(),
  };
  opening.add({ check, close: () => source.close() });
  return source;
}

async function fromFiles(opening: Opening): Promise<CertSource> {
  const { service, ownNamespace, kubernetesApi } = opening.settings;
  // Elsewhere the injector is called by other names: in the lab, or through a URL.
  const host = kubernetesApi === 'in-cluster' ? serviceHost(service, ownNamespace) : undefined;
  const source = certSourceFromFiles(await opening.file(certFiles({ ...opening.settings, host })));
  opening.parts.metrics.certificateEnds(source.current().notAfter);
  return source;
}

function selfSigned({ api, settings, parts }: Opening): CertSource {
  const { certSecret, service, webhookConfiguration } = settings;
  return SelfSignedCertSource.start({
    ...{ api, certSecret, service, webhookConfiguration },
    namespace: settings.ownNamespace,
    certificateLifeMs: settings.certificateLife.milliseconds,
    logger: parts.logger,
    onEvent: ({ kind }) => parts.metrics.certificateEvent(kind),
  });
}

async function namespaceLabels(opening: Opening): Promise<NamespaceLabels> {
  const { kubernetesApi, namespaceLabelsFile: path } = opening.settings;
  if (kubernetesApi === 'in-cluster') return opening.add(new NamespaceWatch(opening.api));
  if (path === undefined) return noNamespaceLabels;
  return labelsFromFile(await opening.checkedFile(namespaceLabelsFile(path)));
}

/** Without the API the cluster's version is not known; plain works on every one. */
function sidecarMode(opening: Opening): () => SidecarMode {
  const { sidecarMode: mode, kubernetesApi } = opening.settings;
  if (mode !== 'auto') return () => mode;
  if (kubernetesApi === 'none') return () => 'plain';
  const { logger } = opening.parts;
  const lookup = opening.add(new SidecarModeLookup(opening.api, { logger }));
  return () => lookup.mode;
}

function agentAccess(opening: Opening): () => AgentAccess {
  const { agentAccess: mode, ownNamespace } = opening.settings;
  if (mode === 'open') return () => openAccess;
  const keys = opening.add(new TokenKeysWatch(opening.api, ownNamespace));
  return () => keys.access;
}
