import { clusterPlan, defaultNetwork } from './cluster-plan';
import { kubeProxyConfiguration } from './kube-proxy';

const plan = clusterPlan(defaultNetwork, 2);

test('kube-proxy answers for Services at the gateway, and for nobody outside of the namespace', () => {
  expect(kubeProxyConfiguration({ kubeconfig: '/k', plan })).toMatchObject({
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: '/k' },
    clusterCIDR: '10.77.0.0/16',
    nodePortAddresses: ['10.76.0.1/32'],
    healthzBindAddress: expect.stringMatching(/^127\.0\.0\.1:/),
    metricsBindAddress: expect.stringMatching(/^127\.0\.0\.1:/),
  });
});

test('it waits for a node that there will be', () => {
  expect(kubeProxyConfiguration({ kubeconfig: '/k', plan })).toMatchObject({ hostnameOverride: 'node-1' });
});

test('it leaves the limits of the machine alone', () => {
  expect(kubeProxyConfiguration({ kubeconfig: '/k', plan })).toMatchObject({
    conntrack: { maxPerCore: 0, min: 0 },
  });
});
