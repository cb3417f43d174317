import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { containerEnv, type PodStatus } from '../../cluster/container-env';
import { controlPlaneErrors } from '../control-plane-errors';
import type { ServerStart } from '../server-process';
import { rootCommand, type RootMount } from './container-root';
import { imagePath, nodeFolder, type LabImage } from './images';
import type { ApiContainer, ApiPod } from './pod-object';
import { privilegesOf, setprivOptions } from './privileges';
import { probePort, requireHttpGet } from './probe';

/** What a container's start takes from its pod, its node and its image. */
export interface ContainerPlace {
  readonly pod: ApiPod;
  readonly status: PodStatus;
  readonly netns: string;
  /** The pod's folder: its containers' roots and /etc. */
  readonly folder: string;
  readonly image: LabImage;
  /** The folder with `node`. */
  readonly node: string;
  readonly mounts: readonly RootMount[];
  /** The API server and the namespace's Services, as variables. */
  readonly serviceEnv: Readonly<Record<string, string>>;
  readonly mayBecomeOthers: boolean;
  readonly logFile: string;
}

/** For the programs that make the container, before it is one. */
const toolPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The command line of a container. @throws PodlagError `pod-not-handled` */
export function containerArgv(
  place: ContainerPlace,
  container: ApiContainer,
  root: string,
): readonly string[] {
  const { pod, image, mounts, node, folder, netns } = place;
  checkProbes(container);
  const readOnly = container.securityContext?.readOnlyRootFilesystem === true;
  const privileges = privilegesOf(pod, container, image.user);
  return rootCommand({
    netns,
    root,
    readOnly,
    etc: join(folder, 'etc'),
    mounts: [
      { source: node, path: nodeFolder, readOnly: true },
      ...(image.files === undefined ? [] : [{ source: image.files, path: '/app', readOnly: true }]),
      ...mounts,
    ],
    privileges: setprivOptions(privileges, place.mayBecomeOthers),
    env: envOf(place, container),
    workingDir: container.workingDir ?? '/',
    argv: commandOf(container, image),
  });
}

function envOf({ pod, status, serviceEnv }: ContainerPlace, container: ApiContainer): Record<string, string> {
  const { metadata, spec } = pod;
  return {
    PATH: imagePath,
    HOSTNAME: spec.hostname ?? metadata.name,
    HOME: '/',
    ...serviceEnv,
    ...containerEnv({ apiVersion: 'v1', kind: 'Pod', metadata, spec }, container, status),
  };
}

function commandOf({ name, command = [], args = [] }: ApiContainer, image: LabImage): readonly string[] {
  const reference = [...command, ...args].find((word) => word.includes('$('));
  if (reference !== undefined) {
    throw controlPlaneErrors.error('pod-not-handled', `container ${name}: the reference in ${reference}`);
  }
  return [...(command.length > 0 ? command : image.entrypoint), ...args];
}

function checkProbes(container: ApiContainer): void {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
    if (probe !== undefined) probePort(container, requireHttpGet(container, probe));
  }
}

/** Makes what a container's start needs on disk. */
export async function containerStart(place: ContainerPlace, container: ApiContainer): Promise<ServerStart> {
  const root = join(place.folder, 'roots', container.name);
  const argv = containerArgv(place, container, root);
  await mkdir(root, { recursive: true });
  await writeEtc(join(place.folder, 'etc'), place);
  const { namespace, name } = place.pod.metadata;
  return {
    name: `${namespace}/${name}/${container.name}`,
    argv,
    env: { PATH: toolPath },
    logFile: place.logFile,
  };
}

/** What programs look up there: who they are, and their own name. There is no DNS. */
async function writeEtc(folder: string, { pod, status }: ContainerPlace): Promise<void> {
  const name = pod.spec.hostname ?? pod.metadata.name;
  await mkdir(folder, { recursive: true });
  const files = {
    hosts: `127.0.0.1 localhost\n${status.podIps[0] ?? ''} ${name}\n`,
    hostname: `${name}\n`,
    passwd: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n',
    group: 'root:x:0:\nnogroup:x:65534:\n',
    'resolv.conf': '',
  };
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
}
