import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { demoErrors } from './demo-errors';

/** Where the session is shown. Colours only on a terminal, and not with NO_COLOR: styleText looks after both. */
export class Screen {
  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly env: Readonly<Record<string, string | undefined>>,
  ) {}

  /** A remark between commands. */
  say(remark: string): void {
    this.write(`\n${this.style('dim', `# ${remark}`)}\n`);
  }

  /** A command that is one of the lab's own, with its output. */
  show(command: string, output: string): void {
    this.prompt(command);
    this.write(output);
  }

  /** Runs a command as a person would type it, with its output as it comes. @throws PodlagError `command-failed` */
  async run(...argv: readonly [string, ...string[]]): Promise<void> {
    this.prompt(argv.join(' '));
    const [program, ...args] = argv;
    const child = spawn(program, args, { env: { ...this.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let last = '\n';
    child.stdout.on('data', (chunk: Buffer) => {
      last = chunk.toString().at(-1) ?? last;
      this.out.write(chunk);
    });
    // Kept back while all is well: curl shows its progress there when its output goes to a pipe.
    const [complaint, [code]] = await Promise.all([
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    // curl's answer has no line feed of its own.
    if (last !== '\n') this.write('\n');
    if (code !== 0) throw demoErrors.error('command-failed', `${argv.join(' ')}: ${complaint.trim()}`);
  }

  write(output: string): void {
    this.out.write(output);
  }

  style(format: 'bold' | 'dim' | 'green' | 'red', words: string): string {
    return styleText(format, words, { stream: this.out });
  }

  private prompt(command: string): void {
    this.write(`${this.style('bold', `$ ${command}`)}\n`);
  }
}
