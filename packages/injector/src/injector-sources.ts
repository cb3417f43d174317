import type { Logger } from '@podlag/core';
import { certFiles, certSourceFromFiles, type CertSource } from './cert-source';
import type { FileWatcherOptions } from './file-watcher';
import type { Check } from './health';
import { LiveFile, type LiveFileOptions } from './live-file';
import type { InjectorMetrics } from './metrics';
import { noNamespaceLabels, type NamespaceLabels } from './namespace';
import { labelsFromFile, namespaceLabelsFile } from './namespace-labels-file';
import type { Settings } from './settings';
import type { Template } from './template';
import { templateFile } from './template-file';

/** What the injector has from files, kept up to date. */
export interface InjectorFiles {
  readonly template: () => Template;
  readonly namespaceLabels: NamespaceLabels;
  readonly certSource: CertSource;
  /** For readiness: is what the files hold in force, and does the certificate still hold. */
  readonly checks: readonly Check[];
  close(): void;
}

export interface FileParts {
  readonly metrics: InjectorMetrics;
  readonly logger: Logger;
  readonly watch: FileWatcherOptions;
}

/** @throws PodlagError for the first file that is missing or bad */
export async function openFiles(settings: Settings, parts: FileParts): Promise<InjectorFiles> {
  const opened: Opened[] = [];
  const open = async <T>(kind: Kind<T>): Promise<LiveFile<T>> => {
    const file = await LiveFile.open({
      ...parts.watch,
      ...kind,
      logger: parts.logger,
      onReload: counted(kind, parts),
    });
    opened.push(file);
    return file;
  };
  const { namespaceLabelsFile: labelsPath } = settings;
  try {
    const template = await open(templateFile(settings.templateFile));
    const certSource = certSourceFromFiles(await open(certFiles(settings)));
    const namespaceLabels =
      labelsPath === undefined
        ? noNamespaceLabels
        : labelsFromFile(await open(namespaceLabelsFile(labelsPath)));
    certSource.onChange(({ notAfter }) => parts.metrics.certificateEnds(notAfter));
    parts.metrics.certificateEnds(certSource.current().notAfter);
    return {
      template: () => template.value,
      namespaceLabels,
      certSource,
      checks: [...opened.map(reloadCheck), expiryCheck(certSource)],
      close: () => opened.forEach((file) => file.close()),
    };
  } catch (error) {
    opened.forEach((file) => file.close());
    throw error;
  }
}

type Opened = Pick<LiveFile<unknown>, 'label' | 'problem' | 'close'>;
type Kind<T> = Pick<LiveFileOptions<T>, 'label' | 'paths' | 'parse'>;

function counted({ label }: Kind<unknown>, { metrics }: FileParts): (outcome: 'reloaded' | 'failed') => void {
  return (outcome) => metrics.reloaded(label, outcome);
}

/** A bad edit stops nothing, since the last good one is in force; but somebody waits for it to work. */
function reloadCheck(file: Opened): Check {
  return { name: file.label, caution: () => file.problem };
}

// It was in date when it was read. The API server refuses one that has expired since, whatever is answered here.
function expiryCheck(certSource: CertSource): Check {
  return {
    name: 'certificate',
    blocker: () => {
      const { notAfter } = certSource.current();
      return notAfter.getTime() <= Date.now() ? `expired on ${notAfter.toISOString()}` : undefined;
    },
  };
}
