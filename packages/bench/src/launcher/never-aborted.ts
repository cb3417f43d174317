/** Of those whom nobody interrupts. */
export const neverAborted = (): AbortSignal => new AbortController().signal;
