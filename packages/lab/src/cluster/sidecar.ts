import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PodlagError } from '@podlag/core';
import { containerCommand, type Mount } from './container-command';
import type { Confinement, ContainerPlan, HttpCheck } from './container-plan';
import { labErrors } from './lab-errors';
import { appFolder, echoImage, imageOf, type Image, type LabPrograms } from './programs';
import { RunningProgram } from './running-program';

/** Where a container is to run. */
export interface Place {
  readonly podName: string;
  readonly netns: string;
  readonly ip: string;
  /** The pod's own folder, in memory. Its volumes live there, as long as the pod. */
  readonly directory: string;
  readonly programs: LabPrograms;
  /** PATH, as an image would set it. */
  readonly path: string;
}

/** The pause between two looks at a probe; a kubelet's is a second. */
const probePauseMs = 25;

/**
 * Starts a sidecar's program and waits until its probe passes, as the kubelet does before it starts the next container.
 *
 * @throws PodlagError `container-failed`, with the end of its log; `not-handled` for an unknown image
 */
export async function startSidecar(plan: ContainerPlan, place: Place): Promise<RunningProgram> {
  const { podName } = place;
  const program = startContainer(
    place,
    imageOf(plan.image, place.programs),
    plan,
    await volumes(plan, place),
  );
  const failure = containerFailure(podName, plan.name);
  const { readiness } = plan;
  if (readiness === undefined) return program;
  const over = new AbortController();
  try {
    await program.while(untilReady(place.ip, readiness, over.signal), failure, readiness.timeoutMs);
    return program;
  } catch (error) {
    await program.stop();
    throw error;
  } finally {
    over.abort();
  }
}

/** As the lab runs programs that bring no securityContext. Ports below 1024 are free to containers by default. */
const ofAnApplication: Confinement = {
  readOnlyRoot: false,
  noNewPrivileges: true,
  capabilities: ['NET_BIND_SERVICE'],
};

/** Starts what stands in for the pod's own containers: one TCP echo server on all their ports. */
export async function startApplication(ports: readonly number[], place: Place): Promise<RunningProgram> {
  const { podName } = place;
  const image = echoImage(place.programs);
  const entrypoint = [...image.entrypoint, ...ports.map(String)];
  const program = startContainer(
    place,
    { ...image, entrypoint },
    { env: {}, confinement: ofAnApplication },
    [],
  );
  try {
    const listening = (line: string): true | undefined => line === 'listening' || undefined;
    await program.answer(listening, containerFailure(podName, 'echo server'));
    return program;
  } catch (error) {
    await program.stop();
    throw error;
  }
}

function startContainer(
  { netns, path, podName }: Place,
  image: Image,
  { env, confinement }: Pick<ContainerPlan, 'env' | 'confinement'>,
  mounts: readonly Mount[],
): RunningProgram {
  const files: Mount = { source: image.files, path: appFolder };
  return new RunningProgram({
    argv: containerCommand({ netns, mounts: [files, ...mounts], confinement, argv: image.entrypoint }),
    env: { PATH: path, HOSTNAME: podName, ...image.env, ...env },
  });
}

function containerFailure(podName: string, container: string): (reason: string) => PodlagError {
  return (reason) => labErrors.error('container-failed', `${podName}, container ${container}: ${reason}`);
}

async function volumes({ mounts }: ContainerPlan, { directory }: Place): Promise<readonly Mount[]> {
  return Promise.all(
    mounts.map(async ({ volume, path }) => {
      const source = join(directory, 'volumes', volume);
      await mkdir(source, { recursive: true });
      return { source, path };
    }),
  );
}

/** Looks again and again until the probe passes, or `signal` says that it is of no use any more. */
async function untilReady(ip: string, check: HttpCheck, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await answersWell(ip, check))) await delay(probePauseMs);
}

/** A probe passes with any status from 200 to 399. */
async function answersWell(ip: string, { port, path }: HttpCheck): Promise<boolean> {
  try {
    const { status, body } = await fetch(`http://${ip}:${port}${path}`, {
      signal: AbortSignal.timeout(1000),
    });
    await body?.cancel();
    return status >= 200 && status < 400;
  } catch {
    return false;
  }
}
