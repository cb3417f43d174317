import { programFiles, programFolders, releaseNotes, type ProgramName } from './kubernetes';

const notInEnvtest: readonly ProgramName[] = ['kube-controller-manager', 'kube-scheduler', 'helm'];

test('a program is taken from the folder that has it, and the user’s folder comes first on PATH', () => {
  const programs = programFiles('/envtest', { names: notInEnvtest, folder: '/cache' });
  expect(programs).toMatchObject({ etcd: '/envtest/etcd', kubectl: '/envtest/kubectl', helm: '/cache/helm' });
  expect(programFolders({ programs })).toEqual(['/envtest', '/cache']);
});

test('one folder that has all is one folder on PATH', () => {
  const programs = programFiles('/envtest', { names: [], folder: '/cache' });
  expect(programFolders({ programs })).toEqual(['/envtest']);
});

test.each<[string, string, readonly ProgramName[], readonly string[]]>([
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
    'a release whose number only begins alike is another one',
    'v1.3.6',
    ['helm'],
    ['KUBEBUILDER_ASSETS brings Kubernetes v1.3.6, and podlag is tested on v1.36.3.'],
  ],
])('%s', (_, version, missing, notes) => {
  expect(releaseNotes({ folder: '/envtest', version, missing }, 'v1.36.3')).toEqual(notes);
});
