import type { Lab } from '../cluster';
import { demoErrors } from './demo-errors';
import { injectorsWord, podsTable } from './pods-table';
import type { Screen } from './screen';

/** The pod that the session plays with. */
const chosen = 'basic-pd-0';

/** The session by which the first of podlag's ancestors was verified in 2020, with the repeat that it could not do. */
export async function session(lab: Lab, screen: Screen): Promise<void> {
  const pod = lab.pod(chosen);
  const ping = (): Promise<void> => screen.run('ping', '-c', '4', '-i', '0.3', pod.ip);
  const latency = (duration: string): Promise<void> =>
    screen.run('curl', '-X', 'GET', `http://${pod.ip}:2332/latency/${duration}`);

  screen.say('A TiDB cluster. Each pod was created with one more container, by the injector.');
  screen.show('pods', podsTable(lab.pods));
  screen.show(`why ${chosen}`, injectorsWord(pod));
  screen.say('As it is');
  await ping();
  screen.say('Slower');
  await latency('20ms');
  await ping();
  screen.say('Again, with another value');
  await latency('50ms');
  await ping();
  screen.say('And back');
  await latency('0ms');
  await ping();
}

/** Asks one agent for a delay as a person would, and waits until its kernel has confirmed it. */
export async function setLatency(lab: Lab, podIp: string, duration: string): Promise<void> {
  const url = `http://${podIp}:2332/latency/${duration}`;
  const { code, stdout, stderr } = await lab.exec('node', [
    'curl',
    '-sS',
    '--fail-with-body',
    '-X',
    'GET',
    url,
  ]);
  if (code !== 0) throw demoErrors.error('command-failed', `${url}: ${stdout}${stderr}`);
}
