import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverEnv } from './server-process';
import { whenReady } from './server-readiness';
import { SupervisedServer } from './supervised-server';

let folder = '';
const started: SupervisedServer[] = [];
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'podlag-readiness-'))));
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  await rm(folder, { recursive: true });
});

const serverThat = async (script: string): Promise<SupervisedServer> => {
  const server = await SupervisedServer.start({
    ...{ name: 'kube-thing', argv: ['sh', '-c', script], env: serverEnv },
    logFile: join(folder, 'kube-thing.log'),
  });
  started.push(server);
  return server;
};

const never = (): Promise<never> => Promise.reject(new Error('connection refused'));

test('it is asked until it answers', async () => {
  const server = await serverThat('exec sleep 60');
  let asked = 0;
  const answer = whenReady([server], performance.now() + 10_000, () =>
    (asked += 1) < 3 ? never() : Promise.resolve('ok'),
  );
  expect(await answer).toBe('ok');
  expect(asked).toBe(3);
});

test('a server that has ended is not waited for, and its log says why', async () => {
  const server = await serverThat('echo "no such flag: --frobnicate" >&2; exit 3');
  await expect(whenReady([server], performance.now() + 60_000, never)).rejects.toMatchObject({
    code: 'server-failed',
    detail: expect.stringMatching(/^kube-thing ended with exit status 3.*\nno such flag: --frobnicate$/),
  });
});

test('when one of two has ended, the other is not blamed', async () => {
  const servers = [await serverThat('exit 4'), await serverThat('exec sleep 60')];
  await expect(whenReady(servers, performance.now() + 60_000, never)).rejects.toThrow('exit status 4');
});

test('there is an end to the waiting, and it is said what was the matter then', async () => {
  const server = await serverThat('exec sleep 60');
  await expect(whenReady([server], performance.now(), never)).rejects.toThrow('connection refused');
});
