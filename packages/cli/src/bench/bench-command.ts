import { Command } from 'commander';
import type { CommandContext } from '../frame/command-context';
import { attachCommand } from './attach-command';
import { compareCommand } from './compare-command';
import { listCommand } from './list-command';
import { observedCommand } from './observed-command';
import { reportCommand } from './report-command';
import { runCommand } from './run-command';
import { showCommand } from './show-command';

/** `podlag bench`: network benchmarks between nodes, and what came out of them. */
export function benchCommand(context: CommandContext): Command {
  return new Command('bench')
    .description(
      'Measure the network between nodes by the usual tools, with and without faults, and see whether two runs differ.',
    )
    .addCommand(runCommand(context))
    .addCommand(attachCommand(context))
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(compareCommand(context))
    .addCommand(observedCommand(context))
    .addCommand(reportCommand(context));
}
