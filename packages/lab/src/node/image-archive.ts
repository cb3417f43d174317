import { basename } from 'node:path';
import { runProgram } from '../kernel/run-program';
import { nodeErrors } from './node-errors';

/** The annotations by which containerd names an image of an archive, the stronger first. */
const nameAnnotations = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'] as const;

/** The index.json of an OCI image layout, as far as it is read here. */
interface ImageIndex {
  readonly manifests: readonly { readonly annotations?: Readonly<Record<string, string>> }[];
}

/** The digest in the name of an archive, `images-DIGEST.tar`: the same images have the same. */
export function archiveDigest(archive: string): string {
  const digest = /^images-([0-9a-f]+)\.tar$/.exec(basename(archive))?.[1];
  if (digest !== undefined) return digest;
  throw nodeErrors.error(
    'disk-failed',
    `${archive} is not named images-DIGEST.tar, with a digest in hexadecimal digits.`,
    {
      hint: 'Give the archive whose path cluster_images has printed.',
    },
  );
}

/** The full names of all images of an OCI layout, as containerd will know them. */
export function imageNames(index: string): readonly string[] {
  const { manifests } = JSON.parse(index) as ImageIndex;
  const names = manifests.flatMap(({ annotations = {} }) => {
    const annotation = nameAnnotations.find((name) => annotations[name] !== undefined);
    return annotation === undefined ? [] : [annotations[annotation] ?? ''];
  });
  return [...new Set(names)];
}

/** @throws PodlagError `disk-failed` when the archive cannot be read, or has no image with a name */
export async function readImageNames(archive: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runProgram('tar', [
    '-xOf',
    archive,
    '--wildcards',
    '--no-anchored',
    'index.json',
  ]);
  if (code !== 0) throw unreadable(archive, stderr.trim());
  const names = imageNames(stdout);
  if (names.length === 0) throw unreadable(archive, 'no image in it has a name');
  return names;
}

function unreadable(archive: string, reason: string): Error {
  return nodeErrors.error('disk-failed', `${archive} is no OCI layout with named images: ${reason}`, {
    hint: `Remove ${archive} and have it built again.`,
  });
}
