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
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** How long a line may wait for others to be written with. */
const flushEveryMs = 200;

/**
 * Standard output for a program that logs a line for each of thousands of requests: lines are written together, within
 * 200 ms, and what is left when the program exits.
 */
export function batchedStdout(): DestinationStream {
  return pino.destination({ dest: 1, sync: false, minLength: 8_192, periodicFlush: flushEveryMs });
}
