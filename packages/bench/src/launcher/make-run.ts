import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Clock } from '@podlag/core';
import {
  configMaps,
  jobs,
  secrets,
  services,
  type KubeApi,
  type OwnerReference,
  type Service,
} from '@podlag/kube';
import type { BenchmarkPort } from '../benchmark/benchmark';
import { newRunCertificates } from '../channel/run-certificates';
import type { ExpectedWorker } from '../orchestrator/expected-worker';
import type { BenchScenario } from '../scenario/bench-scenario';
import { scenarioDocument } from '../scenario/scenario-document';
import { accepted } from './accepted';
import { agentPortFor } from './agent-trial';
import { orchestratorJob } from './objects/orchestrator-job';
import { runConfig } from './objects/run-config';
import type { OwnedContext, RunContext } from './objects/run-context';
import { runPods } from './objects/run-pod';
import { orchestratorSecret, workerSecret } from './objects/run-secrets';
import { channelPort, orchestratorService, workerService } from './objects/run-services';
import { workerPod, type WorkerPodFor } from './objects/worker-pod';
import type { PlannedWorker } from './planned-worker';
import { runObjectName } from './run-name';

/** What a run's objects are made of. */
export interface LaunchPlan {
  readonly context: RunContext;
  readonly scenario: BenchScenario;
  readonly workers: readonly PlannedWorker[];
  /** Of all benchmarks of the scenario. */
  readonly ports: readonly BenchmarkPort[];
  readonly agentPort: number | undefined;
  readonly agentToken: string | undefined;
}

/** What the calls to the API need. */
export interface MakeParts {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Whether the scenario has faults to set: then pods on the pod network get an agent. */
export const wantsAgents = ({ conditions }: Pick<BenchScenario, 'conditions'>): boolean =>
  conditions.some(({ faults }) => faults.length > 0);

/** Makes the Job that owns all else. From here on everything goes by itself, whoever dies. */
export async function makeOwner(
  { api }: MakeParts,
  { context, agentToken }: LaunchPlan,
): Promise<OwnedContext> {
  const job = await api.create(jobs, orchestratorJob(context, agentToken !== undefined));
  const { name, uid = '' } = job.metadata;
  // Not blocking its deletion: that would need the right to a Job's finalizers.
  const owner: OwnerReference = { apiVersion: jobs.apiVersion, kind: jobs.kind, name, uid };
  return { ...context, owner };
}

/**
 * Makes all that the Job owns, and gives the token for the orchestrator's HTTP.
 *
 * @throws PodlagError `fault-failed` where agents are wanted and none would come; what the API server refuses
 */
export async function makeOwned(parts: MakeParts, plan: LaunchPlan, owned: OwnedContext): Promise<string> {
  const { api, clock } = parts;
  const agentPort = await agentPortOnTrial(parts, plan, owned);
  const channel = await api.create(services, orchestratorService(owned));
  const made = await Promise.all(
    plan.workers.map(async (worker) => {
      const port = worker.network === 'pod' ? agentPort : undefined;
      const service = await api.create(services, workerService(owned, worker.name, plan.ports, port));
      return expected(worker, hostOf(service), port);
    }),
  );
  const httpToken = await makeFiles(parts, plan, owned, { channel, made });
  const orchestrator = address(hostOf(channel), channelPort);
  await Promise.all(
    plan.workers.map((worker) => {
      const pod = workerPod(owned, podFor(plan, worker, orchestrator));
      return accepted(clock, () => api.create(runPods, pod));
    }),
  );
  return httpToken;
}

interface MadeServices {
  readonly channel: Service;
  readonly made: readonly ExpectedWorker[];
}

async function makeFiles(
  { api, clock }: MakeParts,
  { scenario, workers, agentToken }: LaunchPlan,
  owned: OwnedContext,
  { channel, made }: MadeServices,
): Promise<string> {
  const certificates = newRunCertificates({
    orchestrator: [hostOf(channel), `${runObjectName(owned.run)}.${owned.namespace}.svc`],
    workers: workers.map(({ name }) => name),
    lifeMs: owned.deadline.milliseconds,
    now: new Date(clock.now()),
  });
  const httpToken = randomBytes(24).toString('base64url');
  await Promise.all([
    api.create(configMaps, runConfig(owned, scenarioDocument(scenario), made)),
    api.create(secrets, orchestratorSecret(owned, { certificates, httpToken, agentToken })),
    ...workers.map(({ name }) => api.create(secrets, workerSecret(owned, name, certificates))),
  ]);
  return httpToken;
}

async function agentPortOnTrial(
  { api, clock, signal }: MakeParts,
  plan: LaunchPlan,
  owned: OwnedContext,
): Promise<number | undefined> {
  const first = plan.workers.find(({ network }) => network === 'pod');
  if (!wantsAgents(plan.scenario) || first === undefined) return undefined;
  const pod = workerPod(owned, podFor(plan, first, address('localhost', channelPort)));
  const found = await agentPortFor(api, pod, clock, signal);
  return plan.agentPort ?? found;
}

const podFor = (plan: LaunchPlan, worker: PlannedWorker, orchestrator: string): WorkerPodFor => ({
  ...{ worker, orchestrator, ports: plan.ports },
  wantsAgent: wantsAgents(plan.scenario) && worker.network === 'pod',
});

function expected(worker: PlannedWorker, service: string, agentPort: number | undefined): ExpectedWorker {
  return {
    ...{ ...worker, service },
    // By the Service, whose address is known before the pod's.
    ...(agentPort !== undefined && { agent: { host: service, port: agentPort } }),
  };
}

/** Its address rather than its name: nobody's resolver is measured, and none has to work. */
function hostOf({ metadata, spec }: Service): string {
  const { clusterIP } = spec ?? {};
  return clusterIP === undefined || clusterIP === 'None' || clusterIP === ''
    ? `${metadata.name}.${metadata.namespace ?? ''}.svc`
    : clusterIP;
}

const address = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;
