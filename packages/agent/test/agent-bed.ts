import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ip, makeLink, type Link } from '../../netem/test/link';
import { median, pings } from '../../netem/test/ping';

export const run = promisify(execFile);

/** The agent as its image runs it, and as it was built last. */
export const program = join(__dirname, '../dist/main.js');

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly seconds: number;
}

/** An agent on one end of a wire, those who ask it on the other. */
export class AgentBed {
  link: Link = makeLink();
  /** What a round trip takes without faults. */
  idleMs = 0;
  #running: { readonly child: ChildProcess; readonly runDirectory: string } | undefined;

  async calibrate(): Promise<void> {
    this.idleMs = median(await pings(this.link, 20));
  }

  /** The agent's process; undefined when none runs. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** The tc programs that the agent has started. */
  get childPids(): readonly number[] {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  }

  /** Starts the agent as its container would, and waits until it has said that it listens. */
  async start(env: NodeJS.ProcessEnv = {}, runDirectory = newRunDirectory()): Promise<void> {
    const child = spawn(process.execPath, [program], {
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        PODLAG_DEVICE: this.link.device,
        PODLAG_RUN_DIRECTORY: runDirectory,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#running = { child, runDirectory };
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('"listening"')) break;
    child.stdout.resume();
  }

  /** Resolves to the run directory, for the next start. */
  async stop(signal: NodeJS.Signals): Promise<string> {
    const { child, runDirectory } = this.#running ?? {};
    this.#running = undefined;
    if (child?.exitCode === null && child.kill(signal)) await once(child, 'exit');
    return runDirectory ?? '';
  }

  /** curl from the other end of the wire, as a person would type it. */
  async curl(path: string, ...options: string[]): Promise<Reply> {
    return this.curlPort(2332, path, ...options);
  }

  async curlPort(port: number, path: string, ...options: string[]): Promise<Reply> {
    const format = ['-w', '\n%{http_code} %{time_total}'];
    const args = ['netns', 'exec', this.link.peer, 'curl', '-sS', '-m', '30', ...format, ...options];
    const { stdout } = await run('ip', [...args, `http://${this.link.address}:${port}${path}`]);
    const lines = stdout.trimEnd().split('\n');
    const [status, seconds] = lines.pop()!.split(' ').map(Number);
    return { status: status!, seconds: seconds!, body: parsed(lines.join('\n')) };
  }

  put(name: string, fault: object): Promise<Reply> {
    const json = ['-H', 'Content-Type: application/json', '-d', JSON.stringify(fault)];
    return this.curl(`/v1/faults/${name}`, '-X', 'PUT', ...json);
  }

  /** How much longer than without faults a round trip takes, from one of the peer's addresses. */
  async measured(count = 15, from = this.link.peerAddress): Promise<number> {
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) times.push((await this.pingFrom(from)) ?? NaN);
    return median(times) - this.idleMs;
  }

  /** In milliseconds; undefined when no answer came within the wait. */
  async pingFrom(address: string, waitSeconds = 10): Promise<number | undefined> {
    const args = ['ping', '-c', '1', '-I', address, '-W', String(waitSeconds), this.link.address];
    const found = await run('ip', ['netns', 'exec', this.link.peer, ...args]).catch(
      (error: unknown) => error as { stdout: string },
    );
    const time = /rtt min\/avg\/max\/mdev = ([0-9.]+)\//.exec(found.stdout)?.[1];
    return time === undefined ? undefined : Number(time);
  }

  /** One more address of the peer's, as of another pod. */
  addPeerAddress(address: string): void {
    ip('-n', this.link.peer, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
  }

  /** The device is free of shaping again. */
  async clear(): Promise<void> {
    await this.stop('SIGKILL');
    const commands = ['root', 'clsact'].map(
      (kind) => `tc qdisc del dev ${this.link.device} ${kind} 2>/dev/null`,
    );
    execFileSync('sh', [
      '-c',
      `${commands.join('; ')}; ip link del plg-${this.link.device} 2>/dev/null; true`,
    ]);
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    this.link.remove();
  }
}

export function newRunDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'podlag-run-'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A median may be 0.5 ms above what was asked; what rests on a few packets needs more room for a busy machine. */
export function expectAbout(found: number, askedMs: number, aboveMs = 0.5): void {
  expect(found).toBeGreaterThanOrEqual(askedMs - 0.1);
  expect(found).toBeLessThanOrEqual(askedMs + aboveMs);
}

/** What may be added to a median of few packets. */
export const few = 3;
