import { Duration, environmentName, printCidr } from '@podlag/core';
import { documentedSettings } from '@podlag/core/testing';
import { agentConfig, readAgentConfig, type AgentConfig } from './config';

const configOf = (env: Record<string, string>): AgentConfig => readAgentConfig(env).config;

test('a setting of an injector that is newer than the agent is told and passed over; a bad value is not', () => {
  const { config, warnings } = readAgentConfig({ PODLAG_SHINY: 'yes', PODLAG_DEVIC: 'eth1' });
  expect(config.device).toBeUndefined();
  expect(warnings).toEqual([
    'unknown setting PODLAG_SHINY.',
    'unknown setting PODLAG_DEVIC. Did you mean PODLAG_DEVICE?',
  ]);
  expect(readAgentConfig({ PODLAG_X_SERVICE_HOST: '10.0.0.1' }).warnings).toEqual([]);
  expect(() => readAgentConfig({ PODLAG_LISTEN_PORT: 'x' })).toThrow('whole number');
});

test('docs/settings.md has each setting of the agent with its default, and no other', () => {
  const documented = documentedSettings('agent').map(([name, standard = '']) => [name, standard]);
  const config = configOf({}) as Readonly<Record<string, { toString: () => string } | undefined>>;
  const settings = Object.keys(agentConfig.shape).map((name) => [
    environmentName(name),
    // An empty list prints as nothing, like a setting that is absent.
    config[name]?.toString() ?? '',
  ]);
  expect(documented).toEqual(settings);
});

test('by default the kernel is looked at every 4 s and put right, and probes are exempt', () => {
  const { driftCheckInterval, onDrift, exemptProbes, probePorts, nodeAddresses, exempt } = configOf({});
  expect(driftCheckInterval.toString()).toBe('4s');
  expect({ onDrift, exemptProbes, probePorts, nodeAddresses, exempt }).toEqual({
    onDrift: 'repair',
    exemptProbes: true,
    probePorts: [],
    nodeAddresses: [],
    exempt: [],
  });
});

test('what the injector passes is read: ports, or none, and the address of the node', () => {
  const config = configOf({
    PODLAG_PROBE_PORTS: '8080, 9000-9010',
    PODLAG_NODE_ADDRESSES: '10.0.0.1,fd00::1',
  });
  expect(config.probePorts).toEqual([
    { first: 8080, last: 8080 },
    { first: 9000, last: 9010 },
  ]);
  expect(config.nodeAddresses.map(printCidr)).toEqual(['10.0.0.1/32', 'fd00::1/128']);
  expect(configOf({ PODLAG_PROBE_PORTS: '' }).probePorts).toEqual([]);
});

test('exemptions are written as the targets of a fault', () => {
  const { exempt } = configOf({ PODLAG_EXEMPT: '[{"cidr":"10.96.0.10/32","ports":[53],"protocol":"udp"}]' });
  expect(exempt).toMatchObject([{ ports: [{ first: 53, last: 53 }], protocol: 'udp' }]);
  expect(configOf({ PODLAG_EXEMPT: '[]' }).exempt).toEqual([]);
});

test.each(['0s', '100ms', '1h'])('the kernel can be looked at every %s', (interval) => {
  const { driftCheckInterval } = configOf({ PODLAG_DRIFT_CHECK_INTERVAL: interval });
  expect(driftCheckInterval).toEqual(Duration.parse(interval));
});

test.each([
  ['PODLAG_PROBE_PORTS', '8080;9000', 'PODLAG_PROBE_PORTS'],
  ['PODLAG_NODE_ADDRESSES', 'node-1', 'PODLAG_NODE_ADDRESSES'],
  ['PODLAG_EXEMPT', '{', 'PODLAG_EXEMPT'],
  ['PODLAG_EXEMPT', '[{"cidr":"here"}]', 'to.0.cidr'],
  ['PODLAG_ON_DRIFT', 'ignore', 'PODLAG_ON_DRIFT'],
  ['PODLAG_DRIFT_CHECK_INTERVAL', '1ms', 'PODLAG_DRIFT_CHECK_INTERVAL'],
  ['PODLAG_DRIFT_CHECK_INTERVAL', '99ms', 'must be 100ms or more, or 0s for never'],
  ['PODLAG_DRIVER', 'ebpf', 'PODLAG_DRIVER'],
])('%s: %s is refused by name', (name, value, words) => {
  expect(() => configOf({ [name]: value })).toThrow(words);
});
