export { benchLabErrors } from './bench-lab-errors';
export { benchProgramsOf, type BenchPrograms } from './bench-programs';
export { runBench, type BenchOptions } from './run-bench';
