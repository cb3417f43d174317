import type { EndpointSlice, Service } from '@podlag/kube';
import { worldServices } from './world-service';

const service: Service = {
  metadata: { name: 'pd', namespace: 'shop' },
  spec: {
    clusterIPs: ['10.96.0.7', 'fd00::7'],
    ports: [
      { name: 'client', port: 80, targetPort: 'http' },
      { name: 'odd', port: 90, protocol: 'SCTP' },
    ],
  },
};

function slice(name: string, of: string, address: string, ready = true): EndpointSlice {
  return {
    metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready } }],
    ports: [{ name: 'client', port: 2379, protocol: 'TCP' }],
  };
}

test('a Service is its addresses, and the endpoints of its own slices at their ports, ready or not', () => {
  const slices = [
    slice('a', 'pd', '10.0.0.1', false),
    slice('b', 'pd', '10.0.0.2'),
    slice('c', 'other', '10.0.0.3'),
  ];
  const found = worldServices(
    new Map([['shop/pd', service]]),
    new Map(slices.map((one) => [`shop/${one.metadata.name}`, one])),
  );
  const ports = [{ name: 'client', port: 2379, protocol: 'tcp' }];
  expect(found.get('shop/pd')).toEqual({
    clusterIPs: ['10.96.0.7', 'fd00::7'],
    ports: [{ name: 'client', port: 80, targetPort: 'http', protocol: 'tcp' }],
    endpoints: [
      { addresses: ['10.0.0.1'], ports, notReady: true },
      { addresses: ['10.0.0.2'], ports },
    ],
  });
});

test('a headless Service has no address of its own', () => {
  const headless = { ...service, spec: { clusterIP: 'None', clusterIPs: ['None'] } };
  const found = worldServices(new Map([['shop/pd', headless]]), new Map());
  expect(found.get('shop/pd')).toEqual({ clusterIPs: [], ports: [], endpoints: [] });
});
