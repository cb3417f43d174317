import {
  cniConfig,
  containerdConfig,
  insideNode,
  kubeletConfig,
  networkCommands,
  sandboxImage,
} from './node-files';

const spec = {
  address: '10.76.0.11',
  prefixLength: 24,
  gateway: '10.76.0.1',
  clusterDns: '10.78.0.10',
  otherNodes: [
    { address: '10.76.0.12', podRange: '10.77.2.0/24' },
    { address: '10.76.0.13', podRange: '10.77.3.0/24' },
  ],
};

test('a node has its address, a way to Services by its gateway, and one to the pods of each other node', () => {
  expect(networkCommands(spec).trimEnd().split('\n')).toEqual([
    'addr add 10.76.0.11/24 dev vec0',
    'link set vec0 up',
    'route add default via 10.76.0.1',
    'route add 10.77.2.0/24 via 10.76.0.12',
    'route add 10.77.3.0/24 via 10.76.0.13',
  ]);
});

test('containerd takes the sandbox image from the disk, and has CNI plugins where Debian puts them', () => {
  expect(containerdConfig).toContain(`sandbox = '${sandboxImage}'`);
  expect(containerdConfig).toContain(`bin_dirs = ['/usr/lib/cni']`);
});

test("pods are routed on a bridge, with addresses of the node's own range and a hairpin to themselves", () => {
  expect(JSON.parse(cniConfig('10.77.1.0/24'))).toMatchObject({
    plugins: [
      {
        type: 'bridge',
        isGateway: true,
        hairpinMode: true,
        ipam: { ranges: [[{ subnet: '10.77.1.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
    ],
  });
});

describe('kubelet', () => {
  const config = JSON.parse(kubeletConfig(spec)) as unknown;

  it.each([
    ['answers nobody without a name', { authentication: { anonymous: { enabled: false } } }],
    [
      "knows the API server by its client's certificate",
      { authentication: { x509: { clientCAFile: `${insideNode.files}/kubelet-client-ca.crt` } } },
    ],
    ['asks the API server who may do what', { authorization: { mode: 'Webhook' } }],
    [
      "tells pods the address of the cluster's DNS",
      { clusterDNS: ['10.78.0.10'], clusterDomain: 'cluster.local' },
    ],
    ["has nothing of the host's name servers", { resolvConf: '' }],
    [
      'makes cgroups without a cpuset controller',
      { cgroupDriver: 'cgroupfs', cgroupsPerQOS: false, enforceNodeAllocatable: [] },
    ],
    ['never removes an image, which nothing could bring back', { imageGCHighThresholdPercent: 100 }],
    [
      'evicts no pod for want of room',
      { evictionHard: { 'memory.available': '0%', 'nodefs.available': '0%' } },
    ],
  ])('%s', (_, expected) => {
    expect(config).toMatchObject(expected);
  });
});
