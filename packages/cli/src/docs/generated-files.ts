import { systemClock } from '@podlag/core';
import { podlagProgram } from '../frame/program';
import { cliErrors } from '../frame/cli-errors';
import { manual } from './manual';

/** docs/cli.md, as it should be. */
export function manualText(): string {
  const nowhere = (): never => {
    throw cliErrors.error('usage', 'the manual is written without a cluster');
  };
  return manual(
    podlagProgram({
      name: 'podlag',
      stdout: () => undefined,
      stderr: () => undefined,
      isTTY: false,
      stderrColumns: () => undefined,
      clock: systemClock,
      connect: nowhere,
      transportFor: nowhere,
      readFile: nowhere,
      writeFile: nowhere,
      interrupted: new AbortController().signal,
      exitWith: () => undefined,
    }),
  );
}

/** src/inject/shipped-template.ts, as it should be. @param template the text of deploy/base/sidecarconfig.yaml */
export function shippedTemplateText(template: string): string {
  const quoted = template.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
  return [
    '// Made by bundle/generate.mjs out of deploy/base/sidecarconfig.yaml: change that, and make this anew.',
    '',
    '/** The sidecar template of this release, for `podlag inject` without --template. */',
    `export const shippedTemplate = \`${quoted}\`;`,
    '',
  ].join('\n');
}
