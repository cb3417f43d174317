export { leaveDefinitions as default } from './hurried';
