import { version as packageVersion } from '../package.json';

/** The agent's version, as of its package. */
export const version: string = packageVersion;
