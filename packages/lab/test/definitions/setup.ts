export { hurryDefinitions as default } from './hurried';
