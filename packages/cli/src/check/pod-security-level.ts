import { podSecurityEnforceLabel } from '@podlag/core';
import type { BeforeInstall, Evidence } from './evidence';
import { settingOf } from './own-objects';
import { valueOf } from './reading';

/** A Pod Security level that refuses NET_ADMIN, and who says so. */
export interface RestrictiveLevel {
  readonly level: string;
  readonly from: 'namespace' | 'cluster';
}

const withoutNetAdmin = ['baseline', 'restricted'];

/** The level by which the namespace refuses agents; undefined where it takes them, or where that is not known. */
export function restrictiveLevel({
  namespaceObject,
  injector,
}: Pick<BeforeInstall, 'namespaceObject'> & Partial<Pick<Evidence, 'injector'>>):
  RestrictiveLevel | undefined {
  const label = valueOf(namespaceObject)?.metadata.labels?.[podSecurityEnforceLabel];
  const deployment = injector && valueOf(injector.deployment);
  const level = label ?? settingOf(deployment, 'PODLAG_POD_SECURITY_DEFAULT');
  if (level === undefined || !withoutNetAdmin.includes(level)) return undefined;
  return { level, from: label === undefined ? 'cluster' : 'namespace' };
}
