import type { LiveFileOptions } from './live-file';
import { parseTemplate, type Template } from './template';

/** How to open the template at `path` as a live file. */
export function templateFile(path: string): Pick<LiveFileOptions<Template>, 'label' | 'paths' | 'parse'> {
  return {
    label: 'template',
    paths: [path],
    parse: ([content]) => parseTemplate({ name: path, text: String(content) }),
  };
}
