import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { controlPlaneErrors } from '../control-plane-errors';
import type { ApiContainer, ApiProbe, HttpGet } from './pod-object';

/** What a run of equal answers has come to. */
export interface Verdict {
  /** Undefined before there were answers enough. */
  readonly passes: boolean | undefined;
  /** How often the last answer came one after another. */
  readonly streak: number;
  readonly lastAnswer: boolean | undefined;
}

export const noVerdict: Verdict = { passes: undefined, streak: 0, lastAnswer: undefined };

/** The verdict after one more answer: it takes successThreshold or failureThreshold equal ones to change it. */
export function nextVerdict(
  { passes, streak, lastAnswer }: Verdict,
  answer: boolean,
  probe: Pick<ApiProbe, 'successThreshold' | 'failureThreshold'>,
): Verdict {
  const count = answer === lastAnswer ? streak + 1 : 1;
  const enough = count >= (answer ? probe.successThreshold : probe.failureThreshold);
  return { passes: enough ? answer : passes, streak: count, lastAnswer: answer };
}

/** The port that a probe is for, by number or by name. @throws PodlagError `pod-not-handled` */
export function probePort({ name, ports = [] }: ApiContainer, { port }: HttpGet): number {
  if (typeof port === 'number') return port;
  const declared = ports.find((candidate) => candidate.name === port)?.containerPort;
  if (declared !== undefined) return declared;
  throw controlPlaneErrors.error(
    'pod-not-handled',
    `container ${name}: the probe's port ${port} is not declared`,
  );
}

/** @throws PodlagError `pod-not-handled` for a probe that is no httpGet */
export function requireHttpGet({ name }: ApiContainer, probe: ApiProbe): HttpGet {
  if (probe.httpGet !== undefined) return probe.httpGet;
  throw controlPlaneErrors.error(
    'pod-not-handled',
    `container ${name}: the bed knows only probes by httpGet`,
  );
}

/** One container's probe of one kind. */
export interface ProbeTarget {
  readonly probe: ApiProbe;
  readonly container: ApiContainer;
  readonly podIp: string;
}

/** Probes period after period until the signal comes. `tell` hears each verdict once, and again after it has changed. */
export async function watchProbe(
  { probe, container, podIp }: ProbeTarget,
  signal: AbortSignal,
  tell: (passes: boolean) => void,
): Promise<void> {
  const httpGet = requireHttpGet(container, probe);
  const port = probePort(container, httpGet);
  const pause = (seconds: number): Promise<unknown> =>
    delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
  const over = (): boolean => signal.aborted;
  let verdict = noVerdict;
  await pause(probe.initialDelaySeconds ?? 0);
  while (!over()) {
    const answer = await answers(httpGet, {
      host: podIp,
      port,
      timeout: probe.timeoutSeconds * 1000,
      signal,
    });
    const next = nextVerdict(verdict, answer, probe);
    const changed = next.passes !== verdict.passes;
    verdict = next;
    if (over()) return;
    if (changed && next.passes !== undefined) tell(next.passes);
    await pause(probe.periodSeconds);
  }
}

/** Whether a GET is answered with a status from 200 to 399 in time. The kubelet does not look at certificates. */
function answers(
  { path = '/', scheme, httpHeaders = [] }: HttpGet,
  target: RequestOptions,
): Promise<boolean> {
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  const options = { ...target, path, headers: { 'user-agent': 'kube-probe/lab', ...headers }, agent: false };
  return new Promise((resolve) => {
    const heard = (response: IncomingMessage): void => {
      const { statusCode = 0 } = response.resume();
      resolve(statusCode >= 200 && statusCode < 400);
    };
    const call =
      scheme === 'HTTPS'
        ? httpsRequest({ ...options, rejectUnauthorized: false }, heard)
        : httpRequest(options, heard);
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', () => resolve(false));
    call.end();
  });
}
