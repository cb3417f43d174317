import type { Run } from '../record/run';
import { blocksText } from './block';
import { blocksMarkdown } from './markdown';
import { runBlocks, type RunViewOptions } from './run-blocks';

/** A run for a terminal: what is the same in all rows is said once; one unit a metric, three significant digits. */
export function runTable(run: Run, options: RunViewOptions = {}): string {
  return blocksText(runBlocks(run, options));
}

/** The same for a pull request. */
export function markdownOf(run: Run, options: RunViewOptions = {}): string {
  return blocksMarkdown(runBlocks(run, options));
}
