import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What never reaches a log, wherever it turns up in an object. */
const redact = [
  '*.key',
  '*.token',
  '*.authorization',
  '*.password',
  'key',
  'token',
  'authorization',
  'password',
];

/** One logger a component, JSON lines with ISO times; stdout unless a destination is given. */
export function createLogger(
  component: string,
  level: LogLevel = 'info',
  destination?: DestinationStream,
): Logger {
  const options = {
    base: { component },
    level,
    redact,
    timestamp: isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

let lastMs = 0;
let lastText = '';

/** Printing a date costs as much as the rest of a short line, and a busy server logs many lines in a millisecond. */
function isoTime(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastText = `,"time":"${new Date(now).toISOString()}"`;
  }
  return lastText;
}

/** How long a line may wait for others to be written with. */
const flushEveryMs = 200;

/**
 * Standard output for a program that logs a line for each of thousands of requests: lines are written together, within
 * 200 ms. Written by this thread: a short write is done sooner than handed to another. What is left when the program
 * exits is written then; what a kill -9 finds is lost.
 */
export function batchedStdout(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true, minLength: 8_192, periodicFlush: flushEveryMs });
  process.once('exit', () => stream.flushSync());
  return stream;
}
