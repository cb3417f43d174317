// What our client takes of it, for Jest: see jest.config.mjs.
export { KubeConfig } from '@kubernetes/client-node';
