import { createLogger } from '@podlag/core';
import { netemErrors } from '@podlag/netem';
import { Retry } from './retry';

const missing = netemErrors.error('device-missing', 'there is no device eth0');

/** A retry, and what it has logged. */
function bed(): { retry: Retry; lines: () => readonly Record<string, unknown>[] } {
  const written: string[] = [];
  const logger = createLogger('agent', 'info', { write: (line: string) => void written.push(line) });
  return {
    retry: new Retry(logger, 'could not be taken away'),
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test('the same reason is logged once, another one again, and the same again after a success', () => {
  const { retry, lines } = bed();
  for (const error of [missing, missing, new Error('busy'), new Error('busy')]) retry.failed(error);
  retry.succeeded();
  retry.failed(new Error('busy'));
  expect(lines().map(({ msg }) => String(msg).split('\n')[0])).toEqual([
    'could not be taken away: there is no device eth0',
    'could not be taken away: Error: busy',
    'could not be taken away: Error: busy',
  ]);
});

test('a known error is logged by its code, without a stack; a defect with it', () => {
  const { retry, lines } = bed();
  retry.failed(missing);
  retry.failed(new Error('busy'));
  const [known, defect] = lines();
  expect(known).toMatchObject({ code: 'device-missing' });
  expect(JSON.stringify(known)).not.toContain('.ts:');
  expect(defect).toMatchObject({ err: { stack: expect.stringContaining('retry.test.ts') as string } });
});

test('pauses start at no more than a second, grow to half a minute, and start anew after a success', () => {
  const { retry } = bed();
  const pauses = Array.from({ length: 12 }, () => retry.failed(missing));
  expect(pauses[0]).toBeLessThanOrEqual(1_000);
  expect(pauses.at(-1)).toBeGreaterThanOrEqual(15_000);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000);
  retry.succeeded();
  expect(retry.failed(missing)).toBeLessThanOrEqual(1_000);
});
