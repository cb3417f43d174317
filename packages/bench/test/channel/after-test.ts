/** Runs after the test, last first. */
export function afterTest(cleanUp: () => unknown): void {
  cleanUps.push(cleanUp);
}

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
