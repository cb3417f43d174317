/** A way into a document: keys of mappings and indices of sequences. */
export type Path = readonly PropertyKey[];

/** `containers[0].ports[1].name`, as the Kubernetes API writes a field. */
export function fieldName(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
