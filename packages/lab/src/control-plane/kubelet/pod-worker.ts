import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isPodlagError } from '@podlag/core';
import type { PodStatus } from '../../cluster/container-env';
import type { ApiClient, ApiList } from '../api-client';
import type { BedPod } from '../bed-file';
import { bedNetwork } from '../bed-network';
import { containerStart } from './container-start';
import { imageKey, type ImageTable } from './images';
import { now, pretendedContainer, type PodContainer } from './pod-container';
import { isSidecar, type ApiContainer, type ApiPod } from './pod-object';
import { podStatus } from './pod-status';
import { PodVolumes, type KeyedObjects } from './pod-volumes';
import { RunningContainer } from './running-container';
import { makeSandbox, removeSandbox, type Sandbox } from './sandbox';
import { serviceLinks, type ApiService } from './service-links';
import { StatusReport } from './status-report';

/** What the pods of a bed share. */
export interface PodHost {
  readonly client: ApiClient;
  readonly images: ImageTable;
  readonly objects: KeyedObjects;
  /** Below which each pod has a folder. */
  readonly pods: string;
  readonly logs: string;
  /** The folder with the `node` that containers run. */
  readonly node: string;
  readonly mayBecomeOthers: boolean;
  /** How containers find the API server, by address: there is no kube-proxy. */
  readonly apiServerEnv: Readonly<Record<string, string>>;
  /** Told of every change of a process. */
  readonly changed: () => void;
}

/** From a failure to the next try. */
const againMs = 250;

/** What a container that comes after the main ones still gets of the grace, at least. */
const leastGraceMs = 500;

/** One pod on one of the bed's nodes, from its first sight to its end. */
export class PodWorker {
  readonly #init: readonly PodContainer[];
  readonly #containers: readonly PodContainer[];
  readonly #report: StatusReport;
  readonly #volumes: PodVolumes;
  readonly #folder: string;
  readonly #startTime = now();
  readonly #runs: boolean;
  #pod: ApiPod;
  #problem: string | undefined;
  #living: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;
  #over = false;

  constructor(
    pod: ApiPod,
    private readonly sandbox: Sandbox,
    private readonly host: PodHost,
  ) {
    this.#pod = pod;
    this.#folder = join(host.pods, pod.metadata.uid);
    this.#report = new StatusReport(host.client, pod);
    const { initContainers = [], containers } = pod.spec;
    this.#runs =
      pod.spec.hostNetwork !== true &&
      [...initContainers, ...containers].some(({ image }) => host.images.has(imageKey(image)));
    this.#volumes = new PodVolumes({
      pod: () => this.#pod,
      status: this.status,
      folder: this.#folder,
      owner: this.volumeOwner(),
      client: host.client,
      objects: host.objects,
    });
    this.#init = initContainers.map((container) => this.podContainer(container, !isSidecar(container)));
    this.#containers = containers.map((container) => this.podContainer(container, false));
  }

  /** For the bed's file; undefined for a pod without processes. */
  get described(): BedPod | undefined {
    if (!this.#runs || this.#over) return undefined;
    const { namespace, name, uid } = this.#pod.metadata;
    const { ip, netns } = this.sandbox;
    return { namespace, name, uid, ip, netns, containers: this.all.flatMap(({ process }) => process ?? []) };
  }

  start(): void {
    this.#living = this.live();
  }

  /** The object has changed. */
  update(pod: ApiPod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#ending ??= this.end(pod);
  }

  /** The object is gone, or the bed ends: nothing of the pod stays. */
  async gone(): Promise<void> {
    this.#over = true;
    this.#report.close();
    this.#volumes.close();
    await Promise.all(this.all.map((container) => container.terminate(0)));
    await this.#living;
    if (!this.#runs) return;
    await removeSandbox(this.sandbox).catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
    this.host.changed();
  }

  private get all(): readonly PodContainer[] {
    return [...this.#init, ...this.#containers];
  }

  private get leaving(): boolean {
    return this.#over || this.#ending !== undefined;
  }

  private async live(): Promise<void> {
    this.changed();
    if (this.#runs) await this.settle();
    for (const container of this.#init) {
      if (this.leaving) return;
      container.start();
      const { observation } = container;
      await (isSidecar(observation.container) ? container.started : container.finished);
      if (hasFailed(container)) return;
    }
    if (this.leaving) return;
    for (const container of this.#containers) container.start();
  }

  /** Network and volumes; again and again until they can be had, as long as the pod is wanted. */
  private async settle(): Promise<void> {
    await this.untilItWorks(() => makeSandbox(this.sandbox));
    await this.untilItWorks(() => this.#volumes.write());
    void this.#volumes.keep();
  }

  private async untilItWorks(work: () => Promise<void>): Promise<void> {
    while (!this.leaving) {
      const [outcome] = await Promise.allSettled([work()]);
      this.#problem = outcome.status === 'fulfilled' ? undefined : reasonOf(outcome.reason);
      if (outcome.status === 'fulfilled') return;
      void this.report();
      await delay(againMs);
    }
  }

  /** SIGTERM to the main containers, then to the native sidecars, the last one first; then the object goes. */
  private async end({ metadata }: ApiPod): Promise<void> {
    const deadline = performance.now() + (metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    const left = (): number => Math.max(deadline - performance.now(), leastGraceMs);
    await Promise.all(this.#containers.map((container) => container.terminate(left())));
    for (const container of this.#init.toReversed()) await container.terminate(left());
    await this.report();
    await this.#report.remove();
  }

  private changed(): void {
    this.host.changed();
    void this.report();
  }

  private report(): Promise<void> {
    return this.#report.report(
      podStatus({
        pod: this.#pod,
        ip: this.ip,
        hostIp: bedNetwork.nodeIp,
        startTime: this.#startTime,
        init: this.#init.map(({ observation }) => observation),
        containers: this.#containers.map(({ observation }) => observation),
        problem: this.#problem,
        now: now(),
      }),
    );
  }

  private get ip(): string {
    return this.#pod.spec.hostNetwork === true ? bedNetwork.nodeIp : this.sandbox.ip;
  }

  private get status(): PodStatus {
    const { metadata, spec } = this.#pod;
    return {
      name: metadata.name,
      nodeName: spec.nodeName ?? '',
      podIps: [this.ip],
      hostIps: [bedNetwork.nodeIp],
    };
  }

  /** Tokens are for the user that all containers run as, if there is one such. */
  private volumeOwner(): { readonly tokenUser: number | undefined; readonly fsGroup: number | undefined } {
    if (!this.host.mayBecomeOthers) return { tokenUser: undefined, fsGroup: undefined };
    const { securityContext, containers, initContainers = [] } = this.#pod.spec;
    const users = new Set(
      [...containers, ...initContainers].map(
        (container) => container.securityContext?.runAsUser ?? securityContext?.runAsUser,
      ),
    );
    const [user] = users;
    return { tokenUser: users.size === 1 ? user : undefined, fsGroup: securityContext?.fsGroup };
  }

  private podContainer(container: ApiContainer, endsByItself: boolean): PodContainer {
    const image = this.#runs ? this.host.images.get(imageKey(container.image)) : undefined;
    const changed = (): void => this.changed();
    if (image === undefined) return pretendedContainer(container, endsByItself, changed);
    const { namespace, name } = this.#pod.metadata;
    const logFile = join(this.host.logs, `${namespace}_${name}_${container.name}.log`);
    return new RunningContainer({
      ...{ container, logFile, changed },
      pod: this.#pod,
      podIp: this.sandbox.ip,
      prepare: async () =>
        containerStart(
          {
            ...{ image, logFile, pod: this.#pod, status: this.status, folder: this.#folder },
            netns: this.sandbox.netns,
            node: this.host.node,
            mayBecomeOthers: this.host.mayBecomeOthers,
            mounts: (container.volumeMounts ?? []).map((mount) => this.#volumes.mount(mount)),
            serviceEnv: await this.serviceEnv(),
          },
          container,
        ),
    });
  }

  private async serviceEnv(): Promise<Readonly<Record<string, string>>> {
    const { metadata, spec } = this.#pod;
    if (spec.enableServiceLinks === false) return this.host.apiServerEnv;
    const path = `/api/v1/namespaces/${metadata.namespace}/services`;
    const { items } = await this.host.client.call<ApiList<ApiService>>('GET', path);
    return { ...serviceLinks(items), ...this.host.apiServerEnv };
  }
}

function hasFailed({ observation: { container, state } }: PodContainer): boolean {
  return !isSidecar(container) && state.kind === 'terminated' && state.ending.exitCode !== 0;
}

function reasonOf(error: unknown): string {
  return isPodlagError(error) ? error.detail : String(error);
}
