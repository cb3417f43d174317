import { latencyMatrices, parseLatencyMatrix, type ParsedLatencyMatrix, type Preset } from '@podlag/api';
import { Duration } from '@podlag/core';
import { Command } from 'commander';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { withNamespaceFlags, withOutput, type NamespaceFlags, type OutputFlags } from '../frame/global-flags';
import { statusOf, type ObjectStatus } from '../objects/object-kinds';
import type { MatrixCell, MatrixOutput } from '../output/matrix-output';
import { print, type OutputFormat } from '../output/print';
import { heatMap } from './heat-map';

/** `podlag matrix show`: what is asked between regions beside what was measured before. */
export function showCommand(context: CommandContext): Command {
  return withOutput(withNamespaceFlags(new Command('show')))
    .description('Draw a LatencyMatrix: the round trip asked for between regions | the one measured before.')
    .argument('<name>', 'of the LatencyMatrix')
    .addHelpText(
      'after',
      examples(context, ['matrix show three-regions', 'matrix show three-regions -o json']),
    )
    .action((name: string, flags: NamespaceFlags & OutputFlags) => show(context, name, flags));
}

async function show(
  context: CommandContext,
  name: string,
  flags: NamespaceFlags & OutputFlags,
): Promise<void> {
  const { api, namespace: own } = await context.connect(flags);
  const namespace = flags.namespace ?? own;
  const object = await api.get(latencyMatrices, { namespace, name });
  if (object === undefined) {
    throw cliErrors.error('no-such-object', `no LatencyMatrix ${name} in ${namespace}`);
  }
  const status = statusOf(object);
  const matrix = matrixOf(parseLatencyMatrix(object), status);
  printMatrix(context, matrix, flags.output);
  const { pods } = status;
  context.stderr(`${status.phase}: ${pods.effective} of ${pods.selected} pods have their row in force\n`);
}

/** The asked and the measured round trips of a LatencyMatrix. Pure. */
export function matrixOf(
  { namespace, name, regions, links }: ParsedLatencyMatrix,
  { phase, baselines }: Pick<ObjectStatus, 'phase' | 'baselines'>,
): MatrixOutput {
  const names = regions.map((region) => region.name);
  const measured = new Map(
    baselines.map(({ between, rtt }) => [between.toSorted().join(' '), Duration.parse(rtt).milliseconds]),
  );
  const oneWayMs = (from: string, to: string): number | undefined =>
    links.get(`${from} ${to}`)?.delay?.oneWay.milliseconds;
  const cells = names.flatMap((from) =>
    names.flatMap((to): readonly MatrixCell[] => {
      if (!links.has(`${from} ${to}`)) return [];
      const ways = [oneWayMs(from, to), oneWayMs(to, from)];
      const baselineMs = measured.get([from, to].toSorted().join(' '));
      const asked = ways.some((way) => way !== undefined);
      return [
        {
          ...{ from, to },
          ...(asked ? { rttMs: (ways[0] ?? 0) + (ways[1] ?? 0) } : {}),
          ...(baselineMs === undefined ? {} : { baselineMs }),
        },
      ];
    }),
  );
  return { name, namespace, phase, regions: names, cells };
}

/** A preset as a matrix. Pure. */
export function presetMatrix(preset: Preset): MatrixOutput {
  const { name, regions } = preset;
  const cells = regions.flatMap((from) =>
    regions.flatMap((to): readonly MatrixCell[] => {
      const ms = preset.rttMs(from, to);
      return ms === undefined ? [] : [{ from, to, rttMs: ms }];
    }),
  );
  return { name, regions: [...regions], cells };
}

/** As a heat map, or a document. */
export function printMatrix(
  context: CommandContext,
  matrix: MatrixOutput,
  format: OutputFormat | undefined,
): void {
  if (format === undefined || format === 'table' || format === 'wide') {
    context.stdout(heatMap(matrix, { colours: context.isTTY }));
    return;
  }
  const rows = matrix.regions.map((region) => ({ region }));
  print(context, format, { document: matrix, rows, columns: [], name: ({ region }) => region });
}
