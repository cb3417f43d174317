/** What the init script says over the control line. */
export type InitMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** One line of the control line, or `undefined` for anything that the init script never says. */
export function parseInitMessage(line: string): InitMessage | undefined {
  const said = line.trim();
  if (said === 'ready') return { kind: 'ready' };
  const exit = /^exit (\d{1,3})$/.exec(said);
  if (exit !== null) return { kind: 'exit', code: Number(exit[1]) };
  const failed = /^failed (.+)$/.exec(said);
  return failed?.[1] === undefined ? undefined : { kind: 'failed', reason: failed[1] };
}

/** What may be said to the init script. */
export const starterMessages = {
  /** SIGTERM to the command's process group. */
  terminate: 'signal TERM\n',
  /** A new size of the terminal; the kernel then tells the foreground group by SIGWINCH. */
  size: (rows: number, columns: number): string => `size ${rows} ${columns}\n`,
} as const;
