import { isGoNewEnough, versionsIn } from './go-module';

const goMod = `module podlag.io/lab/kubernetes

go 1.26.0

require (
	k8s.io/kube-scheduler v0.0.0 // indirect
	k8s.io/kubernetes v1.36.3 // indirect
)

replace k8s.io/kubernetes/extra => example v9.9.9
`;

test('the versions are those that go.mod requires', () => {
  expect(versionsIn(goMod)).toEqual({ goVersion: '1.26.0', kubernetesVersion: 'v1.36.3' });
});

test.each(['go 1.26.0', 'k8s.io/kubernetes v1.36.3'])('a go.mod without "%s" is refused', (line) => {
  expect(() => versionsIn(goMod.replace(line, ''))).toThrow('go.mod has no line');
});

test.each([
  ['go1.26.0', '1.26.0', true],
  ['go1.26.8', '1.26.0', true],
  ['go1.27', '1.26.3', true],
  ['go2.0.0', '1.26.0', true],
  ['devel go1.27-1234', '1.26.0', true],
  ['go1.25.9', '1.26.0', false],
  ['go1.9', '1.26.0', false],
  ['go1.26.1', '1.26.2', false],
])('%s for a module that wants %s: %s', (have, wanted, enough) => {
  expect(isGoNewEnough(have, wanted)).toBe(enough);
});
