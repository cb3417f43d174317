export { removeTemporaryFolder as default } from './jest-temporary-folder.mjs';
