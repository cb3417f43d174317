import { annotations } from '@podlag/core';
import type { Job } from '@podlag/kube';
import { runObjectName } from '../run-name';
import type { RunContext } from './run-context';
import { partLabel, runLabels } from './run-labels';
import { agentTokenKey, httpTokenKey } from './run-secrets';
import { scenarioKey, workersKey } from './run-config';
import { channelPort } from './run-services';
import * as security from './workload-security';

/** Where the orchestrator answers status and samples. */
export const httpPort = 8090;

const configFolder = '/etc/podlag/run';
const resultsFolder = '/var/lib/podlag-bench';

/**
 * The orchestrator, and the owner of all else of the run. Made first, and not suspended: from then on its deadline counts,
 * so that whatever becomes of the launcher it ends, and its ttl takes everything away. Its pod waits until its Secret and its
 * ConfigMap are there.
 */
export function orchestratorJob(context: RunContext, hasAgentToken: boolean): Job {
  const { run, namespace, deadline, ttl } = context;
  const labels = { ...runLabels(run), [partLabel]: 'orchestrator' };
  return {
    metadata: { name: runObjectName(run), namespace, labels },
    spec: {
      backoffLimit: 3,
      activeDeadlineSeconds: Math.ceil(deadline.milliseconds / 1000),
      ttlSecondsAfterFinished: Math.ceil(ttl.milliseconds / 1000),
      template: {
        // An agent beside it would put its faults on what it measures by.
        metadata: { labels, annotations: { [annotations.inject]: 'false' } },
        spec: podSpec(context, hasAgentToken),
      },
    },
  };
}

function podSpec(context: RunContext, hasAgentToken: boolean): Readonly<Record<string, unknown>> {
  const name = runObjectName(context.run);
  return {
    ...security.withoutRights,
    // In the same pod, which has kept its results: it goes on where the one that was killed has ended.
    restartPolicy: 'OnFailure',
    terminationGracePeriodSeconds: 5,
    securityContext: security.podSecurity,
    containers: [container(context, hasAgentToken)],
    volumes: [
      security.tlsVolume(name),
      { name: 'run', configMap: { name } },
      { name: 'results', emptyDir: {} },
      security.temporaryVolume,
    ],
  };
}

function container(
  { run, image, seed, startWithin, linger, kubernetes }: RunContext,
  hasAgentToken: boolean,
): Readonly<Record<string, unknown>> {
  return {
    name: 'orchestrator',
    image,
    args: ['orchestrator'],
    env: security.environmentList({
      PODLAG_RUN: run,
      PODLAG_SCENARIO: `${configFolder}/${scenarioKey}`,
      PODLAG_SEED: String(seed),
      PODLAG_WORKERS: `${configFolder}/${workersKey}`,
      PODLAG_CHANNEL_PORT: String(channelPort),
      PODLAG_HTTP_PORT: String(httpPort),
      PODLAG_HTTP_TOKEN_FILE: `${security.tlsFolder}/${httpTokenKey}`,
      PODLAG_TLS_FOLDER: security.tlsFolder,
      PODLAG_RESULTS: resultsFolder,
      // Its own pod runs before theirs are made, and theirs may have an image to pull.
      PODLAG_WORKERS_WITHIN: startWithin.toString(),
      PODLAG_LINGER: linger.toString(),
      PODLAG_KUBERNETES: kubernetes,
      PODLAG_AGENT_TOKEN_FILE: hasAgentToken ? `${security.tlsFolder}/${agentTokenKey}` : undefined,
    }),
    ports: [
      { name: 'channel', containerPort: channelPort },
      { name: 'http', containerPort: httpPort },
    ],
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 2 },
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: security.containerSecurity,
    volumeMounts: [
      security.tlsMount,
      { name: 'run', mountPath: configFolder, readOnly: true },
      { name: 'results', mountPath: resultsFolder },
      security.temporaryMount,
    ],
  };
}
