import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { labErrors } from './lab-errors';

/** The bundles that the lab starts. */
export interface LabPrograms {
  readonly node: string;
  readonly agent: string;
  readonly injector: string;
  readonly certs: string;
  readonly controller: string;
  readonly echo: string;
  /** The template that the injector gets. */
  readonly template: string;
}

/**
 * Finds the programs in the workspace.
 *
 * @param repository the workspace's root
 * @throws PodlagError `not-built`
 */
export function programsOf(repository: string, node = process.execPath): LabPrograms {
  const built = (name: string, file: string): string => {
    const path = join(repository, 'packages', name, 'dist', file);
    if (!existsSync(path)) throw labErrors.error('not-built', `${path} is not there`);
    return path;
  };
  return {
    node,
    agent: built('agent', 'main.js'),
    injector: built('injector', 'main.js'),
    certs: built('injector', 'certs.js'),
    controller: built('controller', 'main.js'),
    echo: built('lab', 'echo.js'),
    template: join(repository, 'deploy', 'base', 'sidecarconfig.yaml'),
  };
}

/** What an image brings to a container. */
export interface Image {
  /** A folder of the machine that the container sees as `appFolder`. */
  readonly files: string;
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Where a container finds its program. Not where the workspace is: that may be below a home that only its owner may
 * enter, and a container's root without capabilities is nobody in particular there.
 */
export const appFolder = '/run/app';

/** ENTRYPOINT and ENV of Dockerfile.agent, which says what each is for. */
const agentImage = {
  flags: ['--lite-mode', '--max-semi-space-size=1', '--v8-pool-size=0', '--expose-gc'],
  env: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' },
};

/**
 * The image of that name.
 *
 * @throws PodlagError `not-handled` for any but the agent's
 */
export function imageOf(name: string, { node, agent }: LabPrograms): Image {
  // registry.example:5000/team/podlag-agent:1.2.3@sha256:...
  const [repository = ''] = (name.split('/').at(-1) ?? '').split(/[:@]/);
  if (repository !== 'podlag-agent') {
    throw labErrors.error('not-handled', `the lab has no program for the image ${JSON.stringify(name)}`);
  }
  return image(agent, [node, ...agentImage.flags], agentImage.env);
}

/** The image that stands in for each application: a TCP echo server, which takes its ports as arguments. */
export function echoImage({ node, echo }: LabPrograms): Image {
  return image(echo, [node], {});
}

function image(program: string, interpreter: readonly string[], env: Image['env']): Image {
  return { files: dirname(program), entrypoint: [...interpreter, `${appFolder}/${basename(program)}`], env };
}
