import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PodlagError } from '@podlag/core';
import * as z from 'zod';
import type { ObservedLink } from '../kernel/observed';
import { netemErrors } from '../netem-errors';
import { shellLine, tcCommand, type TcCommand } from './tc-command';

const run = promisify(execFile);

/** How ip(8) is started: as a process for each command, which come seldom. */
export interface IpSettings {
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/** Undefined when ip(8) did it, else why not. */
export async function runIp(settings: IpSettings, command: TcCommand): Promise<PodlagError | undefined> {
  const answer = await ask(settings, command);
  return typeof answer === 'string' ? undefined : answer;
}

/** A device as a link; undefined where there is none. @throws PodlagError `ip-missing` */
export async function readLink(settings: IpSettings, device: string): Promise<ObservedLink | undefined> {
  const answer = await ask(settings, tcCommand('-d', '-j', 'link', 'show', 'dev', device));
  if (typeof answer === 'string') return parseLink(answer);
  if (answer.code === 'device-missing') return undefined;
  throw answer;
}

const links = z.array(
  z.object({
    flags: z.array(z.string()),
    linkinfo: z.object({ info_kind: z.string().default('') }).default({ info_kind: '' }),
  }),
);

/** Reads `ip -d -j link show dev DEVICE`. */
export function parseLink(json: string): ObservedLink | undefined {
  const [link] = links.parse(JSON.parse(json));
  return link && { kind: link.linkinfo.info_kind, up: link.flags.includes('UP') };
}

/** What ip(8) prints, or why it does not. */
async function ask({ env, timeoutMs }: IpSettings, command: TcCommand): Promise<string | PodlagError> {
  try {
    const { stdout } = await run('ip', command.words, { env, timeout: timeoutMs });
    return stdout;
  } catch (cause) {
    return explain(command, cause as NodeJS.ErrnoException & { readonly stderr?: string });
  }
}

function explain(
  command: TcCommand,
  cause: NodeJS.ErrnoException & { readonly stderr?: string },
): PodlagError {
  if (cause.code === 'ENOENT') return netemErrors.error('ip-missing', 'there is no program ip', { cause });
  const words = (cause.stderr ?? '').trim() || cause.message;
  return netemErrors.error(codeOf(words), `${shellLine(command)}: ${words}`, { cause });
}

function codeOf(words: string): 'no-permission' | 'device-missing' | 'kernel-lacks' | 'tc-failed' {
  if (words.includes('not permitted')) return 'no-permission';
  if (/Cannot find device|does not exist/.test(words)) return 'device-missing';
  return /Unknown device type|not supported/.test(words) ? 'kernel-lacks' : 'tc-failed';
}
