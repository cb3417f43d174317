import { isPodlagError, type PodlagError } from '@podlag/core';

/** What was asked for, or why it could not be had. */
export type Reading<T> =
  { readonly kind: 'read'; readonly value: T } | { readonly kind: 'unread'; readonly error: PodlagError };

/** Waits for what is read. What is no PodlagError is thrown. */
export async function reading<T>(call: Promise<T>): Promise<Reading<T>> {
  try {
    return { kind: 'read', value: await call };
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    return { kind: 'unread', error };
  }
}

/** What was read; undefined where it could not be. */
export function valueOf<T>(one: Reading<T>): T | undefined {
  return one.kind === 'read' ? one.value : undefined;
}

/** The same about something else. */
export function mapped<T, U>(one: Reading<T>, change: (value: T) => U): Reading<U> {
  return one.kind === 'read' ? { kind: 'read', value: change(one.value) } : one;
}
