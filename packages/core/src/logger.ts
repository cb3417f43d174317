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
