import { readFileSync } from 'node:fs';
import { repository } from '../../install/readme-lines';

const { env } = process;

/** The version of package.json, as the images of `./scripts/images` are tagged. */
const { version } = JSON.parse(readFileSync(`${repository}/package.json`, 'utf8')) as { version: string };

/** A variable that is set to nothing is as one that is not set. */
const chosen = (value = '', otherwise: string): string => (value === '' ? otherwise : value);

/** What the suite is told of the cluster that KUBECONFIG names: by variables, so that it runs on anybody's. */
export const suite = {
  /** PODLAG_AGENT_IMAGE, default `podlag-agent:VERSION`: the sidecar, and what makes HTTP calls in pods that measure. */
  agentImage: chosen(env.PODLAG_AGENT_IMAGE, `podlag-agent:${version}`),
  /** PODLAG_INJECTOR_IMAGE, default `podlag-injector:VERSION`. */
  injectorImage: chosen(env.PODLAG_INJECTOR_IMAGE, `podlag-injector:${version}`),
  /** PODLAG_CONTROLLER_IMAGE, default `podlag-controller:VERSION`. */
  controllerImage: chosen(env.PODLAG_CONTROLLER_IMAGE, `podlag-controller:${version}`),
  /** PODLAG_BENCH_IMAGE, default `podlag-bench:VERSION`: orchestrator and workers of benchmarks. */
  benchImage: chosen(env.PODLAG_BENCH_IMAGE, `podlag-bench:${version}`),
  /** PODLAG_CLIENT_IMAGE, default busybox:1.36: an image with sh, ping, wget and nslookup. */
  clientImage: chosen(env.PODLAG_CLIENT_IMAGE, 'busybox:1.36'),
  /** PODLAG_CLUSTER: `bed` or `given`, set by ./scripts/test. Whoever starts Jest without it may not know that it needs one. */
  cluster: env.PODLAG_CLUSTER,
  /** PODLAG_CLUSTER=bed: the cluster is our own, whose pods this machine reaches and whose links it may cut. */
  onBed: env.PODLAG_CLUSTER === 'bed',
  /** The images have the names that deploy/ has, so that the README's lines can be typed as they are. */
  get imagesAsShipped(): boolean {
    const shipped = ['agent', 'injector', 'controller'].map((name) => `podlag-${name}:${version}`);
    return [this.agentImage, this.injectorImage, this.controllerImage].every(
      (image, index) => image === shipped[index],
    );
  },
};
