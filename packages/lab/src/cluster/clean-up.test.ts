import { CleanUp } from './clean-up';

test('the last thing is undone first, each once, also when one fails', async () => {
  const undone: string[] = [];
  const cleanUp = new CleanUp();
  cleanUp.add(() => Promise.resolve(void undone.push('first')));
  cleanUp.add(() => Promise.reject(new Error('the second')));
  cleanUp.add(() => Promise.resolve(void undone.push('third')));
  await expect(cleanUp.run()).rejects.toThrow('the second');
  await expect(cleanUp.run()).rejects.toThrow('the second');
  expect(undone).toEqual(['third', 'first']);
});
