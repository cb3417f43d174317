import { KeyRing, tokenConfigMap, tokenSecret } from '@podlag/access';
import { configMaps, secrets, type KubeApi, type Secret } from '@podlag/kube';
import { controllerErrors } from '../controller-errors';

/** The ring that a Secret holds; undefined where it holds none yet. @throws PodlagError `keys-refused` */
export function ringIn(secret: Secret | undefined): KeyRing | undefined {
  try {
    return KeyRing.fromSecret(secret);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw controllerErrors.error('keys-refused', `Secret ${tokenSecret.name}: ${why}`, { cause });
  }
}

/**
 * Writes the ring over the Secret as it was read. The controller may not make one: RBAC cannot bind that to a name.
 *
 * @throws PodlagError `keys-without-place`; `kube-conflict` when somebody else has written meanwhile
 */
export function writeRing(
  api: KubeApi,
  { read, ring }: { readonly read: Secret | undefined; readonly ring: KeyRing },
): Promise<Secret> {
  if (read === undefined)
    throw controllerErrors.error('keys-without-place', `Secret ${tokenSecret.name} is not there`);
  const value = Buffer.from(JSON.stringify(ring.document())).toString('base64');
  return api.replace(secrets, { ...read, data: { ...read.data, [tokenSecret.key]: value } });
}

/**
 * Brings the public half of the ring to where the injector reads it. Does nothing when it is there.
 *
 * @throws PodlagError `keys-without-place`; `kube-conflict` when somebody else has written meanwhile
 */
export async function publish(api: KubeApi, namespace: string, ring: KeyRing): Promise<void> {
  const value = JSON.stringify(ring.publicKeys.document());
  const present = await api.get(configMaps, { name: tokenConfigMap.name, namespace });
  if (present === undefined)
    throw controllerErrors.error('keys-without-place', `ConfigMap ${tokenConfigMap.name} is not there`);
  if (present.data?.[tokenConfigMap.key] === value) return;
  await api.replace(configMaps, { ...present, data: { ...present.data, [tokenConfigMap.key]: value } });
}
