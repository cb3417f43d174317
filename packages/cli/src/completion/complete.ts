import type { Command, Option } from 'commander';
import type { CommandContext } from '../frame/command-context';
import { argumentNames, localArgumentNames, optionNames, type NameScope } from './live-names';

/** What the shell may put in place of the last word. */
export interface Completion {
  readonly candidates: readonly string[];
  /** Whether names of files are fine there, too. */
  readonly files: boolean;
}

/** Options whose value is a file. */
const fileOptions: readonly string[] = ['filename', 'template', 'kubeconfig', 'results', 'output'];
const fileArguments: readonly string[] = ['file'];

/**
 * Completes a command line. Names come from the cluster, as the line's own flags say which; without a cluster there are none.
 *
 * @param words after the program's name; the last is the one to complete, perhaps empty
 */
export async function complete(
  context: Pick<CommandContext, 'connect'>,
  program: Command,
  words: readonly string[],
): Promise<Completion> {
  const last = words.at(-1) ?? '';
  const line = readLine(program, words.slice(0, -1));
  const scope = (): Promise<NameScope | undefined> => scopeOf(context, line.given);
  const found = await candidatesFor(line, last, scope);
  return { ...found, candidates: found.candidates.filter((one) => one.startsWith(last)).toSorted() };
}

/** A command line as far as it is typed. */
interface Line {
  readonly command: Command;
  /** Values of options by attribute name. */
  readonly given: ReadonlyMap<string, string>;
  /** An option that waits for its value. */
  readonly open: Option | undefined;
  /** How many arguments are there. */
  readonly count: number;
}

function readLine(program: Command, words: readonly string[]): Line {
  let command = program;
  let open: Option | undefined;
  let count = 0;
  const given = new Map<string, string>();
  for (const word of words) {
    const below = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (open !== undefined) {
      given.set(open.attributeName(), word);
      open = undefined;
    } else if (word.startsWith('-')) open = valueOption(command, word);
    else if (below !== undefined && count === 0) command = below;
    else count += 1;
  }
  return { command, given, open, count };
}

function valueOption(command: Command, word: string): Option | undefined {
  return command.options.find((option) => (option.long === word || option.short === word) && option.required);
}

type Scope = () => Promise<NameScope | undefined>;

async function candidatesFor(line: Line, last: string, scope: Scope): Promise<Completion> {
  const { command, open } = line;
  if (open !== undefined) return valuesOf(open, scope);
  if (last.startsWith('-')) {
    const options = command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '');
    return { candidates: [...options, '--help'], files: false };
  }
  const below = command.commands.filter((one) => !isHidden(one)).map((one) => one.name());
  if (below.length > 0) return { candidates: below, files: false };
  return argumentsOf(line, scope);
}

/** commander has no question for it. */
export function isHidden(command: Command): boolean {
  return command.name().startsWith('__');
}

async function valuesOf(option: Option, scope: Scope): Promise<Completion> {
  if (option.argChoices !== undefined) return { candidates: option.argChoices, files: false };
  const name = option.attributeName();
  return { candidates: await namesBy(optionNames[name], scope), files: fileOptions.includes(name) };
}

async function argumentsOf({ command, count, given }: Line, scope: Scope): Promise<Completion> {
  const known = command.registeredArguments;
  const last = known.at(-1);
  const argument = known[count] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return { candidates: [], files: false };
  if (argument.argChoices !== undefined) return { candidates: argument.argChoices, files: false };
  const name = argument.name();
  const key = `${command.parent?.name() ?? ''} ${name}`;
  const local = localArgumentNames[key];
  if (local !== undefined) return { candidates: await local(given).catch(() => []), files: true };
  const names = argumentNames[key] ?? argumentNames[`* ${name}`];
  return { candidates: await namesBy(names, scope), files: fileArguments.includes(name) };
}

async function namesBy(
  names: ((scope: NameScope) => Promise<readonly string[]>) | undefined,
  scope: Scope,
): Promise<readonly string[]> {
  if (names === undefined) return [];
  const known = await scope();
  // Nobody is told of an error while typing: there are no names then.
  return known === undefined ? [] : names(known).catch(() => []);
}

async function scopeOf(
  { connect }: Pick<CommandContext, 'connect'>,
  given: ReadonlyMap<string, string>,
): Promise<NameScope | undefined> {
  const [kubeconfig, context] = [given.get('kubeconfig'), given.get('context')];
  try {
    const { api, namespace } = await connect({
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
    return { api, namespace: given.get('namespace') ?? namespace };
  } catch {
    // As above.
    return undefined;
  }
}
