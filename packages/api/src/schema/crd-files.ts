import { dump } from 'js-yaml';
import { crdDocuments } from './crd';

/** Where the definitions lie: to be applied, and for the chart. */
export const crdFolders = ['deploy/crds', 'deploy/helm/podlag/files/crds'] as const;

/** Text of the definitions as files, by name: `networkfaults.yaml`. */
export function crdFiles(): ReadonlyMap<string, string> {
  return new Map(
    crdDocuments().map((document) => [
      `${document.metadata.name.replace(/\..*/, '')}.yaml`,
      `# Made by \`pnpm generate\` out of packages/api/src/schema.\n${dump(document, { noRefs: true, lineWidth: 100 })}`,
    ]),
  );
}
