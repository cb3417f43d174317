import type { Pod } from '@podlag/kube';

/** A few names, and how many more there are. */
export function named(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** `1 pod`, `2 pods` */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export const nameOf = ({ metadata }: Pick<Pod, 'metadata'>): string => metadata.name;
