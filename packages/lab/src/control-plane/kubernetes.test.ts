import { programFolders, releaseNotes, type ClusterProgramName } from './kubernetes';

test('the user’s folder comes first on PATH, whatever order the programs are in', () => {
  const programs = { coredns: '/dns/coredns', helm: '/cache/helm', kubelet: '/cache/kubelet' };
  expect(
    programFolders({ programs: { ...programs, etcd: '/envtest/etcd', kubectl: '/envtest/kubectl' } }),
  ).toEqual(['/envtest', '/cache', '/dns']);
});

const notInEnvtest: readonly ClusterProgramName[] = ['kube-controller-manager', 'kube-scheduler', 'helm'];

test.each<[string, string, readonly ClusterProgramName[], readonly string[]]>([
  ['another patch release is not worth a note', 'v1.36.0', notInEnvtest, []],
  [
    'another minor release is, with what is mixed',
    'v1.30.2',
    notInEnvtest,
    [
      'KUBEBUILDER_ASSETS brings Kubernetes v1.30.2, and podlag is tested on v1.36.3, the release of its kube-controller-manager and kube-scheduler here.',
    ],
  ],
  [
    'a node’s programs are of podlag’s release always, and the DNS has its own',
    'v1.30.2',
    ['kube-scheduler', 'kubelet', 'kube-proxy', 'coredns'],
    [
      'KUBEBUILDER_ASSETS brings Kubernetes v1.30.2, and podlag is tested on v1.36.3, the release of its kube-scheduler, kubelet and kube-proxy here.',
    ],
  ],
  [
    'a release whose number only begins alike is another one',
    'v1.3.6',
    ['helm'],
    ['KUBEBUILDER_ASSETS brings Kubernetes v1.3.6, and podlag is tested on v1.36.3.'],
  ],
])('%s', (_, version, names, notes) => {
  expect(releaseNotes(version, { version: 'v1.36.3', names })).toEqual(notes);
});
