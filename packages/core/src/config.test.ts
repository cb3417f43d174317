import * as z from 'zod';
import { environmentName, loadConfig, setting } from './config';
import { Duration } from './duration';
import { parseYaml } from './yaml';

const fileOf = (text: string) => ({ name: 'a.yaml', document: parseYaml('a.yaml', text) });

const schema = z.strictObject({
  listenPort: setting.port().default(2332),
  initialLatency: setting.duration().optional(),
  takeOver: setting.flag().default(false),
  logLevel: setting.logLevel().default('info'),
});

test('a setting is read from the environment under its name in capitals', () => {
  expect(environmentName('initialLatency')).toBe('PODLAG_INITIAL_LATENCY');
  const config = loadConfig(schema, {
    env: { PODLAG_INITIAL_LATENCY: '20ms', PODLAG_TAKE_OVER: 'true', HOME: '/' },
  });
  expect(config).toEqual({
    listenPort: 2332,
    initialLatency: Duration.parse('20ms'),
    takeOver: true,
    logLevel: 'info',
  });
});

test('the environment wins over the file', () => {
  const file = fileOf('listenPort: 1\nlogLevel: debug\n');
  expect(loadConfig(schema, { env: { PODLAG_LISTEN_PORT: '2' }, file })).toMatchObject({
    listenPort: 2,
    logLevel: 'debug',
  });
});

test('the settings are frozen', () => {
  expect(Object.isFrozen(loadConfig(schema, { env: {} }))).toBe(true);
});

test.each([
  ['a misspelt variable', { env: { PODLAG_LISTN_PORT: '1' } }, 'Did you mean PODLAG_LISTEN_PORT?'],
  ['a port out of range', { env: { PODLAG_LISTEN_PORT: '70000' } }, 'PODLAG_LISTEN_PORT'],
  [
    'an empty port',
    { env: { PODLAG_LISTEN_PORT: '' } },
    'PODLAG_LISTEN_PORT (listenPort): must be a whole number',
  ],
  ['a port in hexadecimal', { env: { PODLAG_LISTEN_PORT: '0x10' } }, 'whole number'],
  [
    'a file of settings for a program that reads none',
    { env: { PODLAG_CONFIG: 'a.yaml' } },
    'unknown setting PODLAG_CONFIG',
  ],
  ['a bad duration', { env: { PODLAG_INITIAL_LATENCY: 'abc' } }, '"abc" is not a duration like 20ms'],
  ['an unknown key in the file', { env: {}, file: fileOf('logLvl: info') }, 'Did you mean logLevel?'],
  ['a file that is a list', { env: {}, file: fileOf('- 1') }, 'mapping'],
])('%s is an error that names it', (_, sources, words) => {
  expect(() => loadConfig(schema, sources)).toThrow(
    expect.objectContaining({ code: 'invalid-config', message: expect.stringContaining(words) }),
  );
});

test('a count may be as great as its bound, and no greater', () => {
  const seeds = { seed: setting.count(0, 4_294_967_295) };
  const read = (text: string) => loadConfig(z.strictObject(seeds), { env: { PODLAG_SEED: text } });
  expect(read('4294967295')).toEqual({ seed: 4_294_967_295 });
  for (const text of ['4294967296', '9'.repeat(16), '-1', '1.5'])
    expect(() => read(text)).toThrow('PODLAG_SEED');
});

test('where unknown variables are taken, they stop nobody: what started us may be newer than we are', () => {
  const told: string[] = [];
  const options = { onUnknownVariable: (sentence: string) => told.push(sentence) };
  const env = { PODLAG_NEW_THING: '1', PODLAG_LISTN_PORT: '1', PODLAG_LOG_LEVEL: 'debug' };
  expect(loadConfig(schema, { env }, options)).toMatchObject({ listenPort: 2332, logLevel: 'debug' });
  expect(told).toEqual([
    'unknown setting PODLAG_NEW_THING.',
    'unknown setting PODLAG_LISTN_PORT. Did you mean PODLAG_LISTEN_PORT?',
  ]);
  expect(() => loadConfig(schema, { env: {}, file: fileOf('logLvl: info') }, options)).toThrow('logLvl');
  expect(() => loadConfig(schema, { env: { PODLAG_LISTEN_PORT: 'x' } }, options)).toThrow('whole number');
});

test('a Service of the namespace that is called podlag-something does not stop us: Kubernetes sets its variables in every container', () => {
  const env = {
    PODLAG_INJECTOR_SERVICE_HOST: '10.96.3.4',
    PODLAG_INJECTOR_SERVICE_PORT: '443',
    PODLAG_INJECTOR_SERVICE_PORT_HTTPS: '443',
    PODLAG_INJECTOR_PORT: 'tcp://10.96.3.4:443',
    PODLAG_INJECTOR_PORT_443_TCP_ADDR: '10.96.3.4',
    PODLAG_LISTEN_PORT: 'tcp://10.96.3.5:80',
  };
  expect(loadConfig(schema, { env })).toMatchObject({ listenPort: 2332 });
});

test('a file that is no YAML is an error with its name and line', () => {
  expect(() => fileOf('a: 1\nb: [')).toThrow(
    expect.objectContaining({ code: 'invalid-config', message: expect.stringMatching(/a\.yaml[^]*2/) }),
  );
});
