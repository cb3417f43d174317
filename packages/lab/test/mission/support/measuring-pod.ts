import { kubectl } from '../../deploy/command';
import { textOf } from '../../deploy/manifest';
import { read, type Json } from '../../install/installation';
import { httpCalls, httpServer, type HttpAnswer } from './http-calls';
import { parsePing, type RoundTrips } from './ping-output';
import { suite } from './suite';
import { waitFor } from './waiting';

/** The ports on which a measuring pod answers HTTP with `ok`. */
export const httpPorts = [8080, 8081] as const;

export interface PodOptions {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Run by a shell in container `client` before it sleeps. */
  readonly script?: string;
  /** More of container `http`, such as probes of its `httpPorts`. */
  readonly http?: Json;
  /** More of the pod's spec, such as nodeName. */
  readonly spec?: Json;
}

/**
 * A pod to measure from and to. Container `client` has ping and wget, as users have them. Container `http` is Node, from
 * the agent's image: it answers on `httpPorts` and makes the calls that busybox's wget cannot, PUT and DELETE. They go
 * over the pod network as anybody's would, and so work on every cluster; by way of the API server (`kubectl proxy`) they
 * would not where its firewall lets it reach the kubelet only.
 */
export function measuringPod(
  name: string,
  { annotations, labels, script = ':', http, spec }: PodOptions = {},
): Json {
  const shared = { imagePullPolicy: 'IfNotPresent' };
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, annotations, labels } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          ...{ ...shared, name: 'client', image: suite.clientImage },
          command: ['sh', '-c', `${script}\nexec sleep 1000000`],
        },
        {
          ...{ ...shared, name: 'http', image: suite.agentImage, ...http },
          command: ['node', '-e', httpServer, ...httpPorts.map(String)],
        },
      ],
      ...spec,
    },
  };
}

/** A running pod that `measuringPod` describes. */
export class MeasuringPod {
  constructor(
    readonly namespace: string,
    readonly name: string,
    readonly ip: string,
    readonly node: string,
  ) {}

  /** Runs a program in container `client`. Anything but success is an error. @returns standard output */
  exec(...command: readonly string[]): Promise<string> {
    return execIn(this.namespace, this.name, 'client', command);
  }

  /** Echo requests, each as soon as the reply to the one before is there. */
  async ping(address: string, count = 20): Promise<RoundTrips> {
    const [times = []] = await this.pingEach([address], count);
    return times;
  }

  /** The same to several, one after the other. */
  pingEach(addresses: readonly string[], count = 20): Promise<readonly RoundTrips[]> {
    return pingFrom(this, 'client', addresses, count);
  }

  /** `wget -qO- URL`, as a user would type it. An answer that is not a success is an error. @returns the body */
  wget(url: string): Promise<string> {
    return this.exec('wget', '-q', '-O', '-', '-T', '20', url);
  }

  /** Makes a call so often, each on a new connection. A status of 400 or above is an answer, too: see `call`. */
  async tryCall(method: string, url: string, body?: Json, count = 1): Promise<HttpAnswer> {
    const args = [method, url, body === undefined ? '' : JSON.stringify(body), String(count)];
    const command = ['node', '-e', httpCalls, '--', ...args];
    return JSON.parse(await execIn(this.namespace, this.name, 'http', command)) as HttpAnswer;
  }

  /** The same, where a status of 400 or above is an error. @returns the body, read as JSON */
  async call<T = Json>(method: string, url: string, body?: Json): Promise<T> {
    const answer = await this.tryCall(method, url, body);
    if (answer.status >= 400) throw new Error(`${method} ${url}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as T;
  }

  /** How long such a GET takes, in milliseconds, on a new connection each time. */
  async timesOf(url: string, count = 15): Promise<readonly number[]> {
    return (await this.tryCall('GET', url, undefined, count)).timesMs;
  }
}

/** `http://IP:PORT/PATH` of the pod at that address, IPv4 or IPv6. */
export function podUrl({ ip }: { readonly ip: string }, port: number, path = '/'): string {
  return `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}${path}`;
}

/** `http://IP:2332/latency/20ms` and the like: where the agent of the pod at that address answers. */
export function agentUrl(pod: { readonly ip: string }, path: string): string {
  return podUrl(pod, 2332, path);
}

/** Creates pods together, and waits until all of them are Ready. In the order of the manifests. */
export async function startPods(namespace: string, ...pods: readonly Json[]): Promise<MeasuringPod[]> {
  await kubectl(['create', '--namespace', namespace, '-f', '-'], textOf(pods));
  const names = pods.map(({ metadata }) => (metadata as { name: string }).name);
  await waitFor(namespace, 'condition=Ready', ...names.map((name) => `pod/${name}`));
  return Promise.all(names.map((name) => runningPod(namespace, name)));
}

/** A pod that is there and has an address. */
export async function runningPod(namespace: string, name: string): Promise<MeasuringPod> {
  const { status, spec } = await read<{ status: { podIP: string }; spec: { nodeName: string } }>(
    ...['pod', name, '--namespace', namespace],
  );
  return new MeasuringPod(namespace, name, status.podIP, spec.nodeName);
}

/** Runs a program in a container of any pod. Anything but success is an error. @returns standard output */
export function execIn(
  namespace: string,
  pod: string,
  container: string,
  command: readonly string[],
): Promise<string> {
  return kubectl(['exec', '--namespace', namespace, pod, '--container', container, '--', ...command]);
}

// A ping without any reply exits with 1, and that is an answer. -A: the next when the reply is there.
const pings =
  'count=$1; shift; for address; do ping -A -W 3 -c "$count" "$address" || [ $? = 1 ]; echo; done';

/** Pings from a container of any pod that has sh and ping, to one address after the other. */
export async function pingFrom(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  container: string,
  addresses: readonly string[],
  count = 20,
): Promise<readonly RoundTrips[]> {
  const command = ['sh', '-c', pings, 'pings', String(count), ...addresses];
  const printed = (await execIn(namespace, name, container, command)).split(/^(?=PING )/m);
  return printed.filter((text) => text.startsWith('PING ')).map(parsePing);
}
