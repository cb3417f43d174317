import { TaskQueue } from './task-queue';

test('tasks run one at a time, in the order in which they came, and one that fails stops none', async () => {
  const queue = new TaskQueue();
  const log: string[] = [];
  const task = (name: string) => async (): Promise<string> => {
    log.push(`${name} starts`);
    await new Promise(setImmediate);
    log.push(`${name} ends`);
    if (name === 'b') throw new Error('b fails');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => queue.run(task(name))));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
});
