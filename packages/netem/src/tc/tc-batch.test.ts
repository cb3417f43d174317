import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TcBatch } from './tc-batch';
import { tcCommand } from './tc-command';

// The real tc: everything here is settled before it would ask the kernel for anything but a list.
const settings = {
  tc: 'tc',
  options: ['-j', '-s'],
  env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' },
  timeoutMs: 5000,
};
const show = tcCommand('qdisc', 'show', 'dev', 'lo');
const nonsense = tcCommand('nonsense');

let batch: TcBatch;
beforeEach(() => (batch = new TcBatch(settings)));
afterEach(() => batch.close());

test('what a command prints comes back with the batch that asked', async () => {
  const { stdout, failures } = await batch.run([show]);
  expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ kind: expect.any(String) })]);
  expect(failures).toEqual([]);
});

test('each failure is attached to the command that caused it, and the rest of the batch goes on', async () => {
  const missing = tcCommand('qdisc', 'show', 'dev', 'nodevice0');
  const { stdout, failures } = await batch.run([nonsense, show, missing, show]);
  expect(failures).toEqual([
    { command: nonsense, message: expect.stringContaining('"nonsense" is unknown') },
    { command: missing, message: expect.stringContaining('Cannot find device "nodevice0"') },
  ]);
  expect(stdout.trim().split('\n')).toHaveLength(2);
});

test('one child serves batch after batch, and its line numbers go on', async () => {
  await batch.run([show]);
  const { pid } = batch;
  for (let round = 0; round < 50; round += 1) {
    expect((await batch.run([show, nonsense])).failures).toHaveLength(1);
  }
  expect(batch.pid).toBe(pid);
});

test('batches that are asked for at once do not mix', async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => batch.run([show])));
  for (const { stdout } of results) expect(() => JSON.parse(stdout) as unknown).not.toThrow();
});

test('nothing that a command prints comes too late, whatever else tc says meanwhile', async () => {
  for (let round = 0; round < 300; round += 1) {
    const { stdout } = await batch.run([nonsense, show, nonsense, show]);
    expect(stdout.trim().split('\n')).toHaveLength(2);
  }
});

test('a child that was killed between two batches is replaced', async () => {
  await batch.run([show]);
  const pid = batch.pid!;
  process.kill(pid, 'SIGKILL');
  const outcomes = await Promise.allSettled([batch.run([show])]);
  // Either its end was seen in time, or this batch was the one to notice.
  if (outcomes[0].status === 'rejected') expect(outcomes[0].reason).toMatchObject({ code: 'tc-died' });
  await batch.run([show]);
  expect(batch.pid).not.toBe(pid);
});

test('a child that does not answer is given up, and the next batch has a new one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'podlag-deaf-'));
  const deaf = join(folder, 'tc');
  writeFileSync(deaf, '#!/bin/sh\nexec sleep 30\n', { mode: 0o755 });
  batch = new TcBatch({ ...settings, tc: deaf, timeoutMs: 50 });
  await expect(batch.run([show])).rejects.toMatchObject({
    code: 'tc-timeout',
    message: expect.stringContaining('50 ms'),
  });
  expect(batch.pid).toBeUndefined();
  await expect(batch.run([show])).rejects.toMatchObject({ code: 'tc-timeout' });
});

test('a tc that is not there is an error that names it', async () => {
  batch = new TcBatch({ ...settings, tc: '/nowhere/tc' });
  await expect(batch.run([show])).rejects.toMatchObject({
    code: 'tc-missing',
    message: expect.stringContaining('/nowhere/tc'),
    hint: expect.stringContaining('PODLAG_TC'),
  });
});

test.each(['20ms\nqdisc del dev eth0 root', 'a b', '', '$(reboot)', 'a;b', '"a"', "a'b", '#', 'a\\'])(
  'a word that tc could split or read otherwise is never sent: %j',
  (word) => {
    expect(() => tcCommand('qdisc', word)).toThrow('not a word');
  },
);
