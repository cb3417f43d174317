import { dirname } from 'node:path';

/** What stands in for an image: a program of this machine that a container runs. */
export interface LabImage {
  /** A folder that the container sees as /app; none when left out. */
  readonly files?: string;
  readonly entrypoint: readonly string[];
  /** USER of the image, a number. */
  readonly user: number;
}

/** By the last part of an image's name without its tag: `podlag-injector`. A container of any other image is not run. */
export type ImageTable = ReadonlyMap<string, LabImage>;

/** Where containers see the folder with the `node` that runs the bed. */
export const nodeFolder = '/opt/node';

/** What images set as PATH. */
export const imagePath = `${nodeFolder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/**
 * The bed's images: the injector's and the controller's, with ENTRYPOINT and USER of their Dockerfiles, and a bare `node` for
 * the small servers of tests. The agent is not run: that needs a kernel with netem, and what it does there is the lab's to show.
 *
 * @param programs paths of their bundles, each a `main.js`
 */
export function bedImages(programs: Readonly<Record<'injector' | 'controller', string>>): ImageTable {
  const image = (bundle: string): LabImage => ({
    ...{ files: dirname(bundle), entrypoint: ['node', '/app/main.js'], user: 65532 },
  });
  return new Map<string, LabImage>([
    ['podlag-injector', image(programs.injector)],
    ['podlag-controller', image(programs.controller)],
    ['node', { entrypoint: ['node'], user: 0 }],
  ]);
}

/** `registry.example:5000/team/podlag-injector:1.2.3@sha256:...` -> `podlag-injector` */
export function imageKey(name: string): string {
  return (name.split('/').at(-1) ?? '').split(/[:@]/)[0] ?? '';
}
