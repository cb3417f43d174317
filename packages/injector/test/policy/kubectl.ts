import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface KubectlResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl, against the API server that KUBECONFIG names. A status other than 0 is for the caller to look at. */
export async function tryKubectl(args: readonly string[], input = ''): Promise<KubectlResult> {
  const child = spawn('kubectl', args, { stdio: 'pipe' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A kubectl that has seen enough closes its input; what it says about it is on stderr.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, stdout, stderr };
}

export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await tryKubectl(args, input);
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

export async function apply(...documents: readonly object[]): Promise<void> {
  await kubectl(['apply', '-f', '-'], JSON.stringify(listOf(documents)));
}

/** Removed together after the file's tests, without waiting until they are gone. */
export async function remove(...documents: readonly object[]): Promise<void> {
  const flags = ['--ignore-not-found', '--wait=false'];
  await kubectl(['delete', ...flags, '-f', '-'], JSON.stringify(listOf(documents)));
}

export function listOf(items: readonly unknown[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}
