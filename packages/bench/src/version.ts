import { version as packageVersion } from '../package.json';

/** The version of podlag-bench, as of its package. */
export const version: string = packageVersion;
