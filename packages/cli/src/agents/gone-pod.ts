import type { Pod } from '@podlag/kube';

/** Whether its containers have ended or are about to: nothing there answers any more. */
export function isGone({ metadata, status }: Pod): boolean {
  const over = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return over || metadata.deletionTimestamp !== undefined;
}
