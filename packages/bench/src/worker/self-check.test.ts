import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lateness, startSelfCheck } from './self-check';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

describe('startSelfCheck', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'self-check-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const put = async (file: string, text: string): Promise<void> => {
    await mkdir(path.join(root, path.dirname(file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };

  test('an event loop that is kept busy is told', async () => {
    const check = await startSelfCheck({ root });
    for (let turn = 0; turn < 3; turn += 1) {
      const until = performance.now() + 120;
      while (performance.now() < until);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { eventLoopDelay, reasons } = await check.end();
    expect(eventLoopDelay).toBeGreaterThan(0.1);
    expect(reasons.join()).toMatch(/^the event loop was late by [0-9]+ ms/);
  });

  test.each([
    ['a tick that came on time is not late', 10_000_000, 0],
    ['nor one that came early', 9_900_000, 0],
    ['a tick 5 ms after its time is 5 ms late', 15_000_000, 0.005],
  ])('%s', (_, tickNanoseconds, late) => expect(lateness(tickNanoseconds)).toBeCloseTo(late, 9));

  test('throttling is counted from the start of the check', async () => {
    await put('proc/self/cgroup', '0::/\n');
    await put('sys/fs/cgroup/cpu.stat', 'usage_usec 5\nnr_periods 100\nnr_throttled 90\n');
    const check = await startSelfCheck({ root });
    await put('sys/fs/cgroup/cpu.stat', 'usage_usec 9\nnr_periods 110\nnr_throttled 97\n');
    const { throttled, reasons } = await check.end();
    expect(throttled).toBe(7);
    expect(reasons.join()).toContain('the CPU limit stopped it in 7 of 10 periods');
  });

  test('where there is no cpu.stat nothing is said of throttling', async () => {
    const check = await startSelfCheck({ root });
    expect(await check.end()).not.toHaveProperty('throttled');
  });
});
