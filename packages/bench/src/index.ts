// What the CLI makes its commands of. The programs of a run start in main.ts.
export { benchErrors } from './bench-errors';
export type { Benchmark, Metric, Parameters, Reading, Unit } from './benchmark/benchmark';
export { benchmarks } from './benchmark/benchmarks';
export type { BenchScenario, BenchmarkUse, Condition, Path, Placement } from './scenario/bench-scenario';
export { withoutFaults } from './scenario/condition-document';
export { mostSeed, parseScenario } from './scenario/scenario-document';
export { estimate } from './schedule/estimate';
export type { Cell, Schedule, Trial, WorkerSite } from './schedule/trial';
export { seededRandom } from './statistics/seeded-random';
export type { CellSummary, Percentiles, SummarisedMetric } from './record/cell-summary';
export type { Environment, Manifest, RunPhase, UseRecord, WorkerRecord } from './record/manifest';
export { predecessorResults, type PredecessorResults } from './record/predecessor-results';
export { readManifest, readRun, type ReadOptions, type Run } from './record/run';
export { RunFolder } from './record/run-folder';
export { listRuns, type RunEntry } from './record/run-list';
export type { Sample, SampleStatus, SelfCheck } from './record/sample';
export type { Interval } from './statistics/interval';
export { summarise, type SummariseOptions } from './statistics/summarise';
export { compareConditions, compareRuns, type CompareOptions } from './compare/compare-runs';
export type { ComparedSide, Comparison, ComparisonRow, Difference, Verdict } from './compare/comparison';
export { leastForMany } from './compare/judge-row';
export type { MinimumEffect } from './compare/minimum-effect';
export { askedRoundTrip } from './observed/asked-round-trip';
export type { ObservedTolerance } from './observed/judge-observed';
export type {
  Observed,
  ObservedRow,
  ObservedVerdict,
  RequestCost,
  RequestCostLine,
} from './observed/observation';
export { observed, type ObservedOptions } from './observed/observed';
export { reportHtml } from './report/report-html';
export { comparisonMarkdown, comparisonTable } from './views/comparison-table';
export { csvOf } from './views/csv';
export { junitOf } from './views/junit';
export { observedTable } from './views/observed-table';
export { openMetricsOf } from './views/open-metrics';
export type { RunViewOptions } from './views/run-blocks';
export { markdownOf, runTable } from './views/run-table';
export { attach, type Attach } from './launcher/attach';
export { launch } from './launcher/launch';
export type { Launch, LaunchedRun, LaunchOptions, LaunchParts } from './launcher/launch-options';
export type { LaunchProgress } from './launcher/launch-progress';
export { defaultNamespace, planWorkers } from './launcher/plan-run';
export { plannedRounds } from './launcher/planned-rounds';
export type { PlannedWorker } from './launcher/planned-worker';
export { authorizeByKeys, type Authorize } from './launcher/run-tokens';
export type { RunStatus, WorkerStatus } from './orchestrator/run-status';
