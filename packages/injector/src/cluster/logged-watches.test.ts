import { createLogger } from '@podlag/core';
import { namespaces } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { withLoggedWatches } from './logged-watches';

test('a watch that falls silent is told once, with a hint, and so is its end', async () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const fake = new FakeKubeApi();
  const api = withLoggedWatches(fake, createLogger('injector', 'info', { write }));
  const sizes: number[] = [];
  const problems: string[] = [];
  api.watch(
    namespaces,
    {},
    { changed: ({ size }) => void sizes.push(size), failed: ({ message }) => void problems.push(message) },
  );
  await fake.settled();
  expect(lines).toEqual([]);
  fake.startOutage();
  await fake.settled();
  fake.startOutage();
  await fake.settled();
  fake.endOutage();
  await fake.settled();
  expect(lines).toMatchObject([
    { level: 'warn', kind: 'Namespace', problem: 'connect ECONNREFUSED', hint: expect.any(String) },
    { level: 'info', kind: 'Namespace', msg: 'watch: heard again' },
  ]);
  expect(problems).toHaveLength(2);
  expect(sizes).toEqual([0, 0]);
});
