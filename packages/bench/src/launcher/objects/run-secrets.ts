import type { Secret } from '@podlag/kube';
import type { CertificateAndKey, RunCertificates } from '../../channel/run-certificates';
import { runObjectName, workerObjectName } from '../run-name';
import type { OwnedContext } from './run-context';
import { runLabels } from './run-labels';

/** The key of the orchestrator's Secret under which its HTTP token stands. */
export const httpTokenKey = 'http-token';
/** And the token for agents, where they want one. */
export const agentTokenKey = 'agent-token';

/** What only the orchestrator may know. */
export interface OrchestratorSecrets {
  readonly certificates: RunCertificates;
  readonly httpToken: string;
  readonly agentToken: string | undefined;
}

/** Of the orchestrator: its certificate, and the tokens that it accepts and shows. */
export function orchestratorSecret(context: OwnedContext, secrets: OrchestratorSecrets): Secret {
  const { certificates, httpToken, agentToken } = secrets;
  return secret(context, runObjectName(context.run), {
    ...certificateFiles(certificates.ca, certificates.orchestrator),
    [httpTokenKey]: httpToken,
    ...(agentToken !== undefined && { [agentTokenKey]: agentToken }),
  });
}

/** Of one worker, which has no other's key. */
export function workerSecret(
  context: OwnedContext,
  worker: string,
  { ca, workers }: RunCertificates,
): Secret {
  const own = workers[worker];
  if (own === undefined) throw new Error(`no certificate was made for ${worker}`);
  return secret(context, workerObjectName(context.run, worker), certificateFiles(ca, own));
}

const certificateFiles = (ca: string, { cert, key }: CertificateAndKey): Record<string, string> => ({
  'ca.crt': ca,
  'tls.crt': cert,
  'tls.key': key,
});

function secret(
  { run, namespace, owner }: OwnedContext,
  name: string,
  files: Readonly<Record<string, string>>,
): Secret {
  const data = Object.entries(files).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    metadata: { name, namespace, labels: runLabels(run), ownerReferences: [owner] },
    type: 'Opaque',
    data: Object.fromEntries(data) as Record<string, string>,
  };
}
