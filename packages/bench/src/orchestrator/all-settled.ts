/**
 * As Promise.all, but nothing is under way any more when it rejects: who then takes back what they did is not overtaken by one.
 *
 * @throws what the first of them, in their order, was rejected with
 */
export async function allSettled(all: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(all)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
