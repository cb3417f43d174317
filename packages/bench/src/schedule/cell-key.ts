import type { Cell } from './trial';

/** Of all that is compared with its like, in one text; different for different cells, since no DNS label has a slash. */
export function cellKey({ use, path, placement, condition, client, server }: Cell): string {
  return [use, path, placement, condition, client, server].join('/');
}
