/** Asks again until the answer is true. Each question is a program that runs, which is pause enough. */
export async function until(question: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await question())) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${question.toString()}`);
  }
}
