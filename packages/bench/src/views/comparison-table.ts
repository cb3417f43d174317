import type { Comparison } from '../compare/comparison';
import { blocksText } from './block';
import { comparisonBlocks, type ComparisonViewOptions } from './comparison-blocks';
import { blocksMarkdown } from './markdown';

/** A comparison for a terminal. */
export function comparisonTable(comparison: Comparison, options: ComparisonViewOptions = {}): string {
  return blocksText(comparisonBlocks(comparison, options));
}

/** The same for a pull request. */
export function comparisonMarkdown(comparison: Comparison, options: ComparisonViewOptions = {}): string {
  return blocksMarkdown(comparisonBlocks(comparison, options));
}
