import { once, EventEmitter } from 'node:events';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverEnv } from './server-process';
import { SupervisedServer } from './supervised-server';

let folder = '';
let server: SupervisedServer | undefined;
let news: EventEmitter;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-supervised-'));
  news = new EventEmitter();
});
afterEach(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

const serverThat = async (script: string): Promise<SupervisedServer> => {
  server = await SupervisedServer.start({
    ...{ name: 'kube-thing', argv: ['sh', '-c', script], env: serverEnv },
    logFile: join(folder, 'kube-thing.log'),
  });
  server.keepAlive(() => news.emit('restarted'));
  return server;
};

test('a server that is killed comes back as another process, and that is counted', async () => {
  const killed = await serverThat('exec sleep 60');
  const { pid } = killed;
  process.kill(pid!, 'SIGKILL');
  await once(news, 'restarted');
  expect(killed.restarts).toBe(1);
  expect(killed.pid).not.toBe(pid);
  process.kill(killed.pid!, 'SIGKILL');
  await once(news, 'restarted');
  expect(killed.restarts).toBe(2);
});

test('one that does not stay has longer and longer pauses', async () => {
  const startedAt = performance.now();
  await serverThat('exit 1');
  for (const restart of [1, 2, 3]) {
    await once(news, 'restarted');
    expect(server!.restarts).toBe(restart);
  }
  // The shortest that 200, 400 and 800 ms can be: a half of each.
  expect(performance.now() - startedAt).toBeGreaterThan(700);
});

test('one whose log cannot be opened comes back when it can', async () => {
  const away = `${folder}-away`;
  const killed = await serverThat('exec sleep 60');
  await rename(folder, away);
  process.kill(killed.pid!, 'SIGKILL');
  // The first start after it, 200 ms at the most, finds no folder.
  await once(AbortSignal.timeout(300), 'abort');
  expect(killed.restarts).toBe(0);
  await rename(away, folder);
  await once(news, 'restarted');
  expect(killed.restarts).toBe(1);
});

test('one that was stopped stays so', async () => {
  const stopped = await serverThat('exec sleep 60');
  await stopped.stop();
  await stopped.ended;
  const restarted = once(news, 'restarted').then(() => 'restarted');
  const twiceThePause = once(AbortSignal.timeout(400), 'abort').then(() => 'stayed');
  expect(await Promise.race([restarted, twiceThePause])).toBe('stayed');
});
