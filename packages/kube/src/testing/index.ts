export { FakeKubeApi } from './fake-kube-api';
