import { KubeConfig } from '@kubernetes/client-node';
import { accessSync, constants } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { kubeErrors } from '../kube-errors';

/** A way to one API server, as somebody. */
export interface Connection {
  readonly server: URL;
  /**
   * Address, TLS and credentials for the next request. Asked anew for each: a token is replaced while it is still good, and
   * a plugin may have to fetch one.
   */
  options(): Promise<RequestOptions>;
}

/**
 * With the service account of the pod that this process runs in.
 *
 * @throws PodlagError `kube-config`
 */
export function inCluster(): Connection {
  return connection((config) => {
    config.loadFromCluster();
    const server = config.getCurrentCluster()?.server ?? '';
    if (!URL.canParse(server)) {
      throw new Error('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is not a pod');
    }
    accessSync(serviceAccountToken, constants.R_OK);
  });
}

/**
 * By a kubeconfig, as kubectl finds it: `path`, or KUBECONFIG, or ~/.kube/config; in a pod without any, its service account.
 *
 * @param context another one than the file's current-context
 * @throws PodlagError `kube-config`
 */
export function fromKubeconfig(path?: string, context?: string): Connection {
  return connection((config) => {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
    if (context === undefined) return;
    if (config.getContextObject(context) === null) throw new Error(`there is no context ${context}`);
    config.setCurrentContext(context);
  });
}

/** Where the kubelet mounts it, unless the pod says automountServiceAccountToken: false. */
const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

function connection(load: (config: KubeConfig) => void): Connection {
  const config = new KubeConfig();
  try {
    load(config);
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error('no current context, or it names no cluster');
    return { server: new URL(cluster.server), options: () => optionsOf(config) };
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw kubeErrors.error('kube-config', detail, { cause });
  }
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  // client-node keeps one agent, whose CA and client certificate are those of the first request. The options have
  // those of now; and without an agent that keeps connections, none is used again that has died meanwhile.
  return config.getCurrentCluster()?.proxyUrl === undefined ? { ...options, agent: false } : options;
}
