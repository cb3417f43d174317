import { controlPlaneErrors } from '../control-plane-errors';
import type { ApiObject } from '../api-client';

/** A v1.ConfigMap or a v1.Secret. */
export interface KeyedData extends ApiObject {
  readonly data?: Readonly<Record<string, string>>;
  /** Of a ConfigMap, base64. */
  readonly binaryData?: Readonly<Record<string, string>>;
}

interface KeyToPath {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

interface KeyedSource {
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

interface NamedSource extends KeyedSource {
  readonly name: string;
}

/** What a token is to be good for. */
export interface TokenSource {
  readonly path: string;
  readonly audience?: string;
  readonly expirationSeconds?: number;
}

interface DownwardSource {
  readonly items: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[];
}

interface ProjectedSource {
  readonly configMap?: NamedSource;
  readonly secret?: NamedSource;
  readonly downwardAPI?: DownwardSource;
  readonly serviceAccountToken?: TokenSource;
}

/** A v1.Volume of a kind that the bed can give. The API server fills in the modes. */
export interface ApiVolume {
  readonly name: string;
  readonly emptyDir?: object;
  readonly configMap?: NamedSource & { readonly defaultMode: number };
  readonly secret?: KeyedSource & { readonly secretName: string; readonly defaultMode: number };
  readonly downwardAPI?: DownwardSource & { readonly defaultMode: number };
  readonly projected?: { readonly sources: readonly ProjectedSource[]; readonly defaultMode: number };
}

/** One file of a volume. */
export interface VolumeFile {
  /** Below the volume, without a slash in front. */
  readonly path: string;
  readonly data: Buffer;
  readonly mode: number;
  /** A token belongs to the user that the pod's containers run as, where that is one. */
  readonly isToken: boolean;
}

/** Where files come from. Each answers undefined for what is not there. */
export interface VolumeSources {
  configMap(name: string): KeyedData | undefined;
  secret(name: string): KeyedData | undefined;
  token(source: TokenSource): string | undefined;
  field(path: string): string | undefined;
}

/** Whether a volume is a plain folder; all others are files that somebody else writes. */
export function isEmptyDir(volume: ApiVolume): boolean {
  return volume.emptyDir !== undefined;
}

/** The tokens that a volume wants. */
export function tokensOf({ projected }: ApiVolume): readonly TokenSource[] {
  return (projected?.sources ?? []).flatMap(({ serviceAccountToken }) => serviceAccountToken ?? []);
}

/**
 * The files of a volume as the kubelet would lay them out.
 *
 * @throws PodlagError `pod-not-handled` when something is missing that is not optional, or for another kind of volume
 */
export function volumeFiles(volume: ApiVolume, sources: VolumeSources): readonly VolumeFile[] {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined) {
    return projectedFiles({ configMap }, configMap.defaultMode, sources);
  }
  if (secret !== undefined) {
    return projectedFiles({ secret: { ...secret, name: secret.secretName } }, secret.defaultMode, sources);
  }
  if (downwardAPI !== undefined) return projectedFiles({ downwardAPI }, downwardAPI.defaultMode, sources);
  if (projected !== undefined) {
    return projected.sources.flatMap((source) => projectedFiles(source, projected.defaultMode, sources));
  }
  throw controlPlaneErrors.error(
    'pod-not-handled',
    `volume ${volume.name} is of a kind that the bed has not: ${Object.keys(volume).join(', ')}`,
  );
}

function projectedFiles(
  source: ProjectedSource,
  mode: number,
  sources: VolumeSources,
): readonly VolumeFile[] {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  return [
    ...(configMap === undefined
      ? []
      : keyedFiles(
          `configmap "${configMap.name}"`,
          configMap,
          mode,
          valuesOfConfigMap(sources.configMap(configMap.name)),
        )),
    ...(secret === undefined
      ? []
      : keyedFiles(`secret "${secret.name}"`, secret, mode, valuesOfSecret(sources.secret(secret.name)))),
    ...(downwardAPI?.items ?? []).map(({ path, fieldRef }) =>
      file(path, Buffer.from(required(sources.field(fieldRef?.fieldPath ?? ''), `field of ${path}`)), mode),
    ),
    ...(serviceAccountToken === undefined ? [] : [tokenFile(serviceAccountToken, mode, sources)]),
  ];
}

type Values = ReadonlyMap<string, Buffer>;

function valuesOfConfigMap(object: KeyedData | undefined): Values | undefined {
  return object === undefined
    ? undefined
    : new Map([...values(object.data, 'utf8'), ...values(object.binaryData, 'base64')]);
}

function valuesOfSecret(object: KeyedData | undefined): Values | undefined {
  return object === undefined ? undefined : new Map(values(object.data, 'base64'));
}

function values(data: KeyedData['data'], encoding: 'utf8' | 'base64'): readonly [string, Buffer][] {
  return Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]);
}

function keyedFiles(
  what: string,
  { items, optional }: KeyedSource,
  mode: number,
  found: Values | undefined,
): readonly VolumeFile[] {
  if (found === undefined && optional === true) return [];
  const all = required(found, what);
  if (items === undefined) return [...all].map(([key, data]) => file(key, data, mode));
  return items.flatMap((item) => {
    const data = all.get(item.key);
    if (data === undefined && optional === true) return [];
    return [file(item.path, required(data, `key ${item.key} of ${what}`), item.mode ?? mode)];
  });
}

function tokenFile(source: TokenSource, mode: number, sources: VolumeSources): VolumeFile {
  const token = required(sources.token(source), `token for ${source.path}`);
  return { ...file(source.path, Buffer.from(token), mode), isToken: true };
}

function file(path: string, data: Buffer, mode: number): VolumeFile {
  return { path, data, mode, isToken: false };
}

function required<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw controlPlaneErrors.error('pod-not-handled', `${what} not found`);
}
