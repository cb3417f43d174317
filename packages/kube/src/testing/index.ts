export { FakeKubeApi, type PodHandler } from './fake-kube-api';
