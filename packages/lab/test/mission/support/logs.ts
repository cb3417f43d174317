import { kubectl } from '../../deploy/command';

/** A line of podlag's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string; readonly time: string };

const linesOf = (text: string): readonly LogLine[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);

/** What `kubectl logs POD -c podlag-agent` shows. */
export async function agentLog(namespace: string, pod: string): Promise<readonly LogLine[]> {
  return linesOf(await kubectl(['logs', '--namespace', namespace, pod, '--container', 'podlag-agent']));
}

/** What the injectors have said of the pods of a namespace. */
export async function reviewsOf(namespace: string): Promise<readonly LogLine[]> {
  const injectors = ['--namespace', 'podlag-system', '--selector', 'app.kubernetes.io/name=podlag-injector'];
  const lines = linesOf(await kubectl(['logs', ...injectors, '--tail=-1']));
  return lines.filter((line) => line.msg === 'review' && line.namespace === namespace);
}
