import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { containerEnv, type PodStatus } from '../../cluster/container-env';
import type { ApiClient } from '../api-client';
import { controlPlaneErrors } from '../control-plane-errors';
import { AtomicVolume, type VolumeOwner } from './atomic-volume';
import type { RootMount } from './container-root';
import type { ApiPod, ApiVolumeMount } from './pod-object';
import {
  isEmptyDir,
  tokensOf,
  volumeFiles,
  type ApiVolume,
  type KeyedData,
  type TokenSource,
  type VolumeSources,
} from './volume-files';

/** What is in the API for volumes to take from. */
export interface KeyedObjects {
  configMap(namespace: string, name: string): KeyedData | undefined;
  secret(namespace: string, name: string): KeyedData | undefined;
}

export interface PodVolumesOptions {
  /** The pod as it is now. */
  readonly pod: () => ApiPod;
  readonly status: PodStatus;
  readonly folder: string;
  readonly owner: VolumeOwner;
  readonly client: ApiClient;
  readonly objects: KeyedObjects;
}

interface Token {
  readonly value: string;
  readonly refreshAt: number;
}

/** How often volumes are compared with the API. A kubelet takes up to a minute. */
const stepMs = 500;

/** The volumes of one pod, kept as the API has them. */
export class PodVolumes {
  readonly #tokens = new Map<string, Token>();
  readonly #volumes = new Map<string, AtomicVolume>();
  readonly #stop = new AbortController();

  constructor(private readonly options: PodVolumesOptions) {}

  /** @throws PodlagError `pod-not-handled` when something is not there */
  async write(): Promise<void> {
    for (const volume of this.volumes) {
      const folder = this.folderOf(volume.name);
      if (isEmptyDir(volume)) await this.makeEmptyDir(folder);
      else await this.writeFiles(volume, folder);
    }
  }

  /** Goes on writing what changes. What is gone from the API stays in the volume, as on a node. */
  async keep(): Promise<void> {
    const { signal } = this.#stop;
    const over = (): boolean => signal.aborted;
    while (!over()) {
      await delay(stepMs, undefined, { signal }).catch(() => undefined);
      if (!over()) await this.write().catch(() => undefined);
    }
  }

  close(): void {
    this.#stop.abort();
  }

  /** @throws PodlagError `pod-not-handled` */
  mount({ name, mountPath, readOnly, subPath, subPathExpr }: ApiVolumeMount): RootMount {
    const volume = this.volumes.find((candidate) => candidate.name === name);
    if (volume === undefined || (subPath ?? subPathExpr ?? '') !== '') {
      throw controlPlaneErrors.error('pod-not-handled', `the mount of ${name} at ${mountPath} by a subPath`);
    }
    return {
      source: this.folderOf(name),
      path: mountPath,
      readOnly: readOnly === true || !isEmptyDir(volume),
    };
  }

  private get volumes(): readonly ApiVolume[] {
    return this.options.pod().spec.volumes ?? [];
  }

  private folderOf(name: string): string {
    return join(this.options.folder, 'volumes', name);
  }

  private async makeEmptyDir(folder: string): Promise<void> {
    if ((await mkdir(folder, { recursive: true })) === undefined) return;
    const { fsGroup } = this.options.owner;
    if (fsGroup !== undefined) await chown(folder, 0, fsGroup);
    await chmod(folder, fsGroup === undefined ? 0o777 : 0o2777);
  }

  private async writeFiles(volume: ApiVolume, folder: string): Promise<void> {
    for (const source of tokensOf(volume)) await this.refresh(source);
    const files = volumeFiles(volume, this.sources);
    let atomic = this.#volumes.get(volume.name);
    if (atomic === undefined) {
      atomic = new AtomicVolume(folder, this.options.owner);
      this.#volumes.set(volume.name, atomic);
    }
    await atomic.write(files);
  }

  private get sources(): VolumeSources {
    const { objects, status } = this.options;
    const pod = this.options.pod();
    const { namespace } = pod.metadata;
    return {
      configMap: (name) => objects.configMap(namespace, name),
      secret: (name) => objects.secret(namespace, name),
      token: (source) => this.#tokens.get(tokenKey(source))?.value,
      field: (path) => podField(pod, status, path),
    };
  }

  /** A token of the pod's service account, bound to the pod: made anew when four fifths of its life are over. */
  private async refresh(source: TokenSource): Promise<void> {
    const key = tokenKey(source);
    if ((this.#tokens.get(key)?.refreshAt ?? 0) > Date.now()) return;
    const { metadata, spec } = this.options.pod();
    const account = spec.serviceAccountName ?? 'default';
    const path = `/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${account}/token`;
    const { expirationSeconds = 3600, audience } = source;
    const { status } = await this.options.client.call<{ readonly status: { readonly token: string } }>(
      'POST',
      path,
      {
        value: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: {
            audiences: audience === undefined ? [] : [audience],
            expirationSeconds,
            boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid },
          },
        },
      },
    );
    this.#tokens.set(key, { value: status.token, refreshAt: Date.now() + expirationSeconds * 800 });
  }
}

function tokenKey({ audience = '', expirationSeconds = 0 }: TokenSource): string {
  return `${expirationSeconds}/${audience}`;
}

/** A field by its downward API path, as the lab reads it for environment variables. */
function podField(pod: ApiPod, status: PodStatus, path: string): string | undefined {
  const name = 'FIELD';
  const asked = { name: path, env: [{ name, valueFrom: { fieldRef: { fieldPath: path } } }] };
  const { metadata, spec } = pod;
  return containerEnv({ apiVersion: 'v1', kind: 'Pod', metadata, spec }, asked, status)[name];
}
