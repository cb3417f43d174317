import { podlagNamespace } from '@podlag/access';
import type { Evidence } from './evidence';
import { certificateSecretName, restartCommand, settingOf } from './own-objects';
import { valueOf } from './reading';

const injectCaFrom = 'cert-manager.io/inject-ca-from';

type Sources = Pick<Evidence, 'injector' | 'webhook' | 'ownNamespace'>;

/** The command that makes a new certificate, by who makes it. */
export function renewCommand(sources: Sources): string {
  switch (sourceOf(sources)) {
    case 'injector':
      return restartCommand('injector', sources);
    case 'cert-manager':
      return `cmctl -n ${sources.ownNamespace} renew podlag-injector; kubectl -n ${sources.ownNamespace} describe certificate podlag-injector`;
    case 'files':
      return `./scripts/bootstrap-certs.sh --renew ${placeOf(sources)}`;
  }
}

/** The command that brings the CA to the webhook configuration, by who does that. */
export function publishCommand(sources: Sources): string {
  switch (sourceOf(sources)) {
    case 'injector':
      return restartCommand('injector', sources);
    case 'cert-manager':
      return 'kubectl -n cert-manager rollout restart deployment/cert-manager-cainjector';
    case 'files':
      return `./scripts/bootstrap-certs.sh ${placeOf(sources)}`;
  }
}

function sourceOf({
  injector,
  webhook,
}: Pick<Sources, 'injector' | 'webhook'>): 'injector' | 'cert-manager' | 'files' {
  const annotation = valueOf(webhook)?.metadata.annotations?.[injectCaFrom];
  if (annotation !== undefined) return 'cert-manager';
  return settingOf(valueOf(injector.deployment), 'PODLAG_CERT_SOURCE') === 'files' ? 'files' : 'injector';
}

/** The flags that say which Secret; its namespace only where it is not the script's own default. */
function placeOf({ injector, ownNamespace }: Sources): string {
  const secret = `--secret ${certificateSecretName(valueOf(injector.deployment))}`;
  return ownNamespace === podlagNamespace ? secret : `${secret} --namespace ${ownNamespace}`;
}
