export { benchToolsErrors } from './bench-tools-errors';
export { ensureBenchTools, type BenchTools, type EnsureBenchToolsOptions } from './ensure-bench-tools';
