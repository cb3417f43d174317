import type { Lab } from '../cluster';
import { labPodWith } from '../cluster/testing';
import { measureAll } from './measure-all';

const quiet = { step: <T>(_title: string, work: () => Promise<T>): Promise<T> => work() };

/** Two pods whose round trips are what they are asked for, and in the second one's first measurements this much more. */
function labWhere(offByMs: number, measurements: number): { readonly lab: Lab; readonly pinged: string[] } {
  const pods = [labPodWith({ name: 'a', ip: '10.244.0.10' }), labPodWith({ name: 'b', ip: '10.244.0.11' })];
  const delays = new Map<string, number>();
  const pinged: string[] = [];
  const lab: Pick<Lab, 'pods' | 'exec' | 'ping'> = {
    pods,
    exec: (_where, command) => {
      const [, ip = '', latency] = /^http:\/\/(.*):2332\/latency\/(.*)ms$/.exec(command.at(-1) ?? '') ?? [];
      delays.set(ip, Number(latency));
      return Promise.resolve({ code: 0, signal: undefined, stdout: '', stderr: '' });
    },
    ping: (_from, ip, count) => {
      pinged.push(ip);
      const delay = delays.get(ip) ?? 0;
      const late = delay > 0 && pinged.filter((one) => one === ip).length <= 2 * measurements ? offByMs : 0;
      return Promise.resolve({ timesMs: Array<number>(count).fill(0.1 + delay + late) });
    },
  };
  return { lab: lab as Lab, pinged };
}

test('a pod that is off in a busy moment is measured once more, and no other', async () => {
  const { lab, pinged } = labWhere(2, 1);
  expect(await measureAll(lab, quiet, 0)).toMatchObject([
    { pod: 'a', holds: true, tries: 1 },
    { pod: 'b', holds: true, tries: 2 },
  ]);
  expect(pinged.filter((ip) => ip === '10.244.0.10')).toHaveLength(2);
});

test('one that stays off is off', async () => {
  const { lab } = labWhere(2, Infinity);
  expect(await measureAll(lab, quiet, 0)).toMatchObject([
    { holds: true },
    { pod: 'b', holds: false, tries: 4 },
  ]);
});
