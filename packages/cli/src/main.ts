import { processSurroundings } from './frame/process-context';
import { runPodlag } from './frame/run';

const { argv, env, stdin, stdout, stderr } = process;

/** The first Ctrl-C asks the command to end well; the second ends the process as if nobody listened. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort(signal));
// A reader that has seen enough, as `head` does, wants no more of it.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stop.abort(error);
});

const surroundings = processSurroundings({
  calledAs: argv[1] ?? 'podlag',
  ...{ env, stdin, stdout, stderr },
  interrupted: stop.signal,
});

void runPodlag(argv.slice(2), surroundings).then((code) => {
  process.exitCode = code;
});
