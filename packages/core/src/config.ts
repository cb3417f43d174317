import * as z from 'zod';
import { coreErrors } from './core-errors';
import { Duration } from './duration';
import type { PodlagError } from './errors';
import { didYouMean } from './nearest';
import { logLevels, type LogLevel } from './logger';
import { parsed } from './parsed';

/** Where settings come from. The environment wins over the file. */
export interface ConfigSources {
  /** Only names that start with `PODLAG_` are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A document of settings by their schema names, as `parseYaml` reads it. */
  readonly file?: { readonly name: string; readonly document: unknown } | undefined;
}

/** How a program wants its settings read. */
export interface ConfigOptions {
  /**
   * Told of each variable that is no setting, in a sentence with the nearest that is. Absent: such a variable is an error.
   * For a program that others start, and that may be older than they are. A file's unknown keys are errors in any case.
   */
  readonly onUnknownVariable?: (sentence: string) => void;
}

const prefix = 'PODLAG_';

/** Names the file of settings, for programs that read one; an unknown setting to the others. */
export const configFileVariable = `${prefix}CONFIG`;

/**
 * Kubernetes puts the address of each Service of the namespace into every container. A Service called `podlag-x`
 * gives `PODLAG_X_SERVICE_HOST` and the like, which are not ours and must not stop us.
 */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_.+)?)$/;

/** `listenPort` -> `PODLAG_LISTEN_PORT`. */
export function environmentName(setting: string): string {
  return prefix + setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/**
 * Reads a program's settings once, through one schema, into a frozen object. An unknown setting is an error unless
 * `onUnknownVariable` takes it: a misspelt one would otherwise be ignored in silence.
 *
 * @throws PodlagError `invalid-config`, with each bad setting by name
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  sources: ConfigSources,
  { onUnknownVariable }: ConfigOptions = {},
): Readonly<z.output<z.ZodObject<Shape>>> {
  const settings = Object.keys(schema.shape);
  const { values, unknown } = fromEnvironment(settings, sources);
  if (unknown.length > 0 && onUnknownVariable === undefined) throw invalid(unknown);
  unknown.forEach((sentence) => onUnknownVariable?.(sentence));
  const given = { ...fromFile(settings, sources.file), ...values };
  const result = schema.safeParse(given);
  if (!result.success) throw invalid(result.error.issues.map(describe));
  return Object.freeze(result.data);
}

function fromFile(settings: readonly string[], file: ConfigSources['file']): Record<string, unknown> {
  if (file === undefined) return {};
  const document = file.document ?? {};
  if (typeof document !== 'object' || Array.isArray(document)) {
    throw invalid([`${file.name}: must be a mapping of settings`]);
  }
  const unknown = Object.keys(document).filter((key) => !settings.includes(key));
  if (unknown.length > 0) {
    throw invalid(unknown.map((key) => `${file.name}: unknown setting ${key}.${didYouMean(key, settings)}`));
  }
  return { ...document };
}

function fromEnvironment(
  settings: readonly string[],
  { env, file }: ConfigSources,
): { readonly values: Record<string, unknown>; readonly unknown: readonly string[] } {
  const byName = new Map(settings.map((setting) => [environmentName(setting), setting]));
  const names = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && !(file && name === configFileVariable) && env[name] !== undefined,
  );
  const unknown = names.filter(
    (name) => !byName.has(name) && !serviceLink.test(name) && !isServicePort(env[name]),
  );
  const known = names.flatMap((name) => {
    const setting = byName.get(name);
    return setting === undefined || isServicePort(env[name]) ? [] : [[setting, env[name]] as const];
  });
  return {
    values: Object.fromEntries(known),
    unknown: unknown.map((name) => `unknown setting ${name}.${didYouMean(name, [...byName.keys()])}`),
  };
}

/** The value of a Service's `NAME_PORT` variable, `tcp://10.96.3.4:80`. No setting of ours looks like it. */
function isServicePort(value: string | undefined): boolean {
  return value !== undefined && /^(tcp|udp|sctp):\/\//.test(value);
}

function describe(issue: z.core.$ZodIssue): string {
  const setting = String(issue.path[0] ?? '');
  return `${environmentName(setting)} (${setting}): ${issue.message}`;
}

function invalid(problems: readonly string[]): PodlagError {
  return coreErrors.error('invalid-config', problems.join('\n'));
}

/** Building blocks for settings; each reads what an environment can hold, a string. */
export const setting = {
  /** A TCP port, 0 to 65535; 0 lets the kernel choose. */
  port: (): z.ZodType<number> => setting.count(0, 65_535),
  count: (min: number, max: number): z.ZodType<number> =>
    z
      .union(
        [z.number(), z.string().regex(/^[0-9]{1,15}$/, 'must be a whole number')],
        'must be a whole number',
      )
      .transform(Number)
      .pipe(z.number().int().min(min).max(max)),
  text: (): z.ZodType<string> => z.string().min(1, 'must not be empty'),
  flag: (): z.ZodType<boolean> =>
    z
      .union([z.boolean(), z.enum(['true', 'false'])], 'must be true or false')
      .transform((value) => value === true || value === 'true'),
  logLevel: (): z.ZodType<LogLevel> => z.enum(logLevels),
  duration: (): z.ZodType<Duration> => parsed((value, field) => Duration.parse(value, field)),
};
