import { createLogger } from './logger';

test('a line says when, which component, and never a token or key', () => {
  const lines: string[] = [];
  const logger = createLogger('agent', 'info', { write: (line) => void lines.push(line) });
  logger.info({ request: { token: 'secret-1', name: 'pd-0' }, key: 'secret-2' }, 'hello');
  logger.debug('not at this level');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('secret');
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'info',
    component: 'agent',
    msg: 'hello',
    request: { name: 'pd-0' },
  });
});
