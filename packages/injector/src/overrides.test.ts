import { readOverrides } from './overrides';

test.each([
  ['podlag.io/latency', '20ms', { PODLAG_INITIAL_LATENCY: '20ms' }],
  ['podlag.io/latency', '0.25', { PODLAG_INITIAL_LATENCY: '250us' }],
  ['podlag.io/latency', '90s', { PODLAG_INITIAL_LATENCY: '1m30s' }],
  ['podlag.io/interface', 'eth0', { PODLAG_DEVICE: 'eth0' }],
  ['podlag.io/interface', 'bond0.100', { PODLAG_DEVICE: 'bond0.100' }],
  ['podlag.io/interface', 'a'.repeat(15), { PODLAG_DEVICE: 'a'.repeat(15) }],
  ['podlag.io/inject', 'true', {}],
  ['podlag.io/exempt-probes', 'false', { PODLAG_EXEMPT_PROBES: 'false' }],
  ['podlag.io/exempt-probes', 'true', { PODLAG_EXEMPT_PROBES: 'true' }],
  ['podlag.io/status', 'anything', {}],
  ['example.com/latency', 'whatever', {}],
])('%s: %s is understood', (name, value, env) => {
  expect(readOverrides({ [name]: value })).toEqual({ overrides: { env, requests: {} }, warnings: [] });
});

test.each([
  ['cpu=50m,memory=64Mi', { cpu: '50m', memory: '64Mi' }],
  ['memory=1G', { memory: '1G' }],
  ['cpu=0.5', { cpu: '0.5' }],
])('podlag.io/resources: %s is understood', (value, requests) => {
  expect(readOverrides({ 'podlag.io/resources': value })).toEqual({
    overrides: { env: {}, requests },
    warnings: [],
  });
});

test.each([
  ...[
    '',
    'abc',
    '-5ms',
    '20ms;reboot',
    '20ms\nqdisc del dev eth0 root',
    '٢٠ms',
    '1e9h',
    '9'.repeat(10_000),
  ].map((value) => ['podlag.io/latency', value, 'write for example "20ms"']),
  ...['', '.', '..', 'a b', 'eth0;reboot', 'a/b', 'a'.repeat(16), 'é'].map((value) => [
    'podlag.io/interface',
    value,
    'write for example "eth0"',
  ]),
  ...[
    '',
    'cpu',
    'cpu=',
    'cpu=50x',
    'cpu=0',
    'cpu=-1',
    'cpu=1,cpu=2',
    'disk=1Gi',
    'cpu=1=2',
    'cpu=1,',
    '__proto__=1',
  ].map((value) => ['podlag.io/resources', value, 'write for example "cpu=50m,memory=64Mi"']),
  ['podlag.io/exempt-probes', 'no', 'write for example "false"'],
  ['podlag.io/inject', 'no', 'write for example "false"'],
  ['podlag.io/latncy', '20ms', 'unknown annotation podlag.io/latncy. Did you mean podlag.io/latency?'],
  ['podlag.io/image', 'evil', 'unknown annotation podlag.io/image.'],
  ['podlag.io/securityContext', '{"privileged":true}', 'unknown annotation podlag.io/securityContext.'],
  ['podlag.io/constructor', 'x', 'unknown annotation'],
])('%s: %j is left out with a warning that helps', (name, value, words) => {
  const { overrides, warnings } = readOverrides({ [name]: value });
  expect(overrides).toEqual({ env: {}, requests: {} });
  expect(warnings).toEqual([expect.stringContaining(words)]);
  expect(warnings[0]?.length).toBeLessThan(120);
});

test('one bad annotation does not take the good ones with it', () => {
  const { overrides, warnings } = readOverrides({ 'podlag.io/latency': '20ms', 'podlag.io/interface': '' });
  expect(overrides.env).toEqual({ PODLAG_INITIAL_LATENCY: '20ms' });
  expect(warnings).toHaveLength(1);
});
