import { serviceLinks } from './service-links';

const service = (name: string, spec: object) => ({ metadata: { name, uid: name }, spec });

test('a container finds a Service of its namespace by the documented variables', () => {
  const ports = [
    { name: 'webhook', port: 443, protocol: 'TCP' },
    { name: 'dns-udp', port: 53, protocol: 'UDP' },
  ];
  expect(serviceLinks([service('podlag-injector', { clusterIP: '10.98.3.4', ports })])).toEqual({
    PODLAG_INJECTOR_SERVICE_HOST: '10.98.3.4',
    PODLAG_INJECTOR_SERVICE_PORT: '443',
    PODLAG_INJECTOR_SERVICE_PORT_WEBHOOK: '443',
    PODLAG_INJECTOR_SERVICE_PORT_DNS_UDP: '53',
    PODLAG_INJECTOR_PORT: 'tcp://10.98.3.4:443',
    PODLAG_INJECTOR_PORT_443_TCP: 'tcp://10.98.3.4:443',
    PODLAG_INJECTOR_PORT_443_TCP_PROTO: 'tcp',
    PODLAG_INJECTOR_PORT_443_TCP_PORT: '443',
    PODLAG_INJECTOR_PORT_443_TCP_ADDR: '10.98.3.4',
    PODLAG_INJECTOR_PORT_53_UDP: 'udp://10.98.3.4:53',
    PODLAG_INJECTOR_PORT_53_UDP_PROTO: 'udp',
    PODLAG_INJECTOR_PORT_53_UDP_PORT: '53',
    PODLAG_INJECTOR_PORT_53_UDP_ADDR: '10.98.3.4',
  });
});

test.each([
  ['a headless Service', { clusterIP: 'None', ports: [{ port: 80 }] }],
  ['an ExternalName', {}],
])('%s has no address to tell', (_, spec) => {
  expect(serviceLinks([service('x', spec)])).toEqual({});
});
