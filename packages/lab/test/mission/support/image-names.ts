import { mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { deploy } from '../../deploy/rendering';
import { suite } from './suite';

/** The names of podlag's images, in whatever registry they are. */
export interface ImageNames {
  readonly agentImage: string;
  readonly injectorImage: string;
  readonly controllerImage: string;
}

/** An image's name in the parts that kustomize and the chart ask for. */
export interface ImageName {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** `registry:5000/name:tag` or `name@sha256:...`, in parts: a colon before the last slash is a port's. */
export function imageName(image: string): ImageName {
  const [name = image, digest] = image.split('@');
  const [, repository = name, tag] = /^(.*?)(?::([^/:]+))?$/.exec(name) ?? [];
  return digest === undefined ? { repository, ...(tag && { tag }) } : { repository, digest };
}

/** The folder for `kubectl apply -k`: deploy/ itself, or an overlay where the images have other names. */
export async function kustomization(): Promise<string> {
  return suite.imagesAsShipped ? deploy : overlayWith(suite);
}

/**
 * A folder for `kubectl apply -k` in the temporary folder that has these images, put together as deploy/README.md says.
 * @throws where the template has no place for the agent's
 */
export async function overlayWith({
  agentImage,
  injectorImage,
  controllerImage,
}: ImageNames): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'podlag-images-')));
  const template = await readFile(join(deploy, 'base/sidecarconfig.yaml'), 'utf8');
  await writeFile(join(folder, 'sidecarconfig.yaml'), withAgent(template, agentImage));
  const overlay = {
    resources: [relative(folder, deploy)],
    images: [
      kustomizeImage('podlag-injector', injectorImage),
      kustomizeImage('podlag-controller', controllerImage),
    ],
    configMapGenerator: [
      {
        ...{ name: 'podlag-injector-template', namespace: 'podlag-system', behavior: 'merge' },
        files: ['sidecarconfig.yaml'],
        options: { disableNameSuffixHash: true },
      },
    ],
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
  return folder;
}

function kustomizeImage(name: string, image: string): unknown {
  const { repository, tag, digest } = imageName(image);
  return { name, newName: repository, newTag: tag, digest };
}

/** The sidecar's template with another image. @throws where it names none to replace */
export function withAgent(template: string, agentImage: string): string {
  const shipped = /^( +image:) podlag-agent:.*$/m;
  if (!shipped.test(template)) {
    throw new Error(
      `deploy/base/sidecarconfig.yaml has no line that ${String(shipped)} finds: make them fit.`,
    );
  }
  return template.replace(shipped, (_, key: string) => `${key} ${agentImage}`);
}

/** Options for `helm install` and `helm upgrade` of the chart that put the suite's images in; none where they are as shipped. */
export function helmImageOptions(): readonly string[] {
  return suite.imagesAsShipped ? [] : helmOptionsWith(suite);
}

/** The same for these images. */
export function helmOptionsWith({
  agentImage,
  injectorImage,
  controllerImage,
}: ImageNames): readonly string[] {
  return [
    ...optionsFor('image', imageName(injectorImage)),
    ...optionsFor('controller.image', imageName(controllerImage)),
    ...optionsFor('agent.image', imageName(agentImage)),
  ];
}

function optionsFor(value: string, name: ImageName): string[] {
  return Object.entries(name).flatMap(([part, is]) => ['--set-string', `${value}.${part}=${String(is)}`]);
}
