import type { Reading } from './reading';

/** What a check says of one thing that it looked at. */
export type Verdict =
  | { readonly state: 'ok'; readonly detail: string }
  /** `fix` is what to do: a command that can be typed, where there is one. */
  | { readonly state: 'warning' | 'failed'; readonly detail: string; readonly fix: string };

export const ok = (detail: string): readonly Verdict[] => [{ state: 'ok', detail }];

/** Something that podlag works with, and that should be otherwise. */
export const warning = (detail: string, fix: string): readonly Verdict[] => [
  { state: 'warning', detail, fix },
];

/** Something for which podlag does not do what it should. */
export const failed = (detail: string, fix: string): readonly Verdict[] => [{ state: 'failed', detail, fix }];

/** The check says nothing: what it would look at is not there, and another check says so. */
export const nothingToSay: readonly Verdict[] = [];

/** The judge's verdict on what was read; or that it could not be, and for want of which right. */
export function verdictOn<T>(
  reading: Reading<T>,
  judge: (value: T) => readonly Verdict[],
): readonly Verdict[] {
  if (reading.kind === 'read') return judge(reading.value);
  const { error } = reading;
  const isForbidden = error.code === 'kube-forbidden';
  return warning(
    `not looked at: ${error.detail}`,
    isForbidden ? 'Check as somebody who has that right: podlag check --context CONTEXT' : error.hint,
  );
}
