import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = readFileSync(join(__dirname, '../../../../docs/settings.md'), 'utf8');

/** What a setting's variable is called, and its default, where it has one. */
export type DocumentedSetting = readonly [name: string, standard: string | undefined];

/** The rows of docs/settings.md about one program, in their order. */
export function documentedSettings(program: 'agent' | 'controller' | 'injector'): DocumentedSetting[] {
  const sections = page.split(/^# Settings of the /m);
  const section = sections.find((text) => text.startsWith(`${program}\n`)) ?? '';
  const rows = section.matchAll(/^\| `(PODLAG_\w+)` +\| (?:`([^`]*)`)? *\| \S/gm);
  return [...rows].map(([, name = '', standard]) => [name, standard]);
}
