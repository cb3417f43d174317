import type { Effects, ParsedFaultSpec, ParsedTarget } from '@podlag/api';
import { effects, printCidr, printPortRange } from '@podlag/core';
import type { SeenObject } from '../world/custom-objects';

/** What an object does, in a few words for `kubectl get`: `delay 20ms to service pd`. Empty when it could not be read. */
export function summaryOf(seen: SeenObject): string {
  if (seen.parsed === undefined) return '';
  switch (seen.kind) {
    case 'networkfault':
      return summaryOfFault(seen.parsed.fault);
    case 'latencymatrix': {
      const { regions, links } = seen.parsed;
      return `${counted(regions.length, 'region')}, ${counted(links.size, 'link')}`;
    }
    case 'scenario':
      return counted(seen.parsed.steps.length, 'step');
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function summaryOfFault({ effects: set, to, direction }: ParsedFaultSpec): string {
  const what = effects
    .flatMap((effect) => (set[effect] === undefined ? [] : [words[effect](set)]))
    .join(', ');
  const way = direction === 'egress' ? 'to' : direction === 'ingress' ? 'from' : 'to and from';
  const [first, ...others] = to ?? [];
  const whom = first === undefined ? 'everybody' : targetWords(first);
  return `${what} ${way} ${whom}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}

type Effect = (typeof effects)[number];

const words: Readonly<Record<Effect, (set: Effects) => string>> = {
  delay: ({ delay }) =>
    `delay ${(delay?.time ?? delay?.rtt ?? '').toString()}${delay?.rtt === undefined ? '' : ' rtt'}`,
  loss: ({ loss }) => (loss !== undefined && 'ratio' in loss ? `loss ${loss.ratio.toString()}` : 'loss'),
  duplicate: ({ duplicate }) => `duplicate ${duplicate?.ratio.toString() ?? ''}`,
  corrupt: ({ corrupt }) => `corrupt ${corrupt?.ratio.toString() ?? ''}`,
  reorder: ({ reorder }) => `reorder ${reorder?.ratio.toString() ?? ''}`,
  rate: ({ rate }) => `rate ${rate?.toString() ?? ''}`,
  partition: () => 'partition',
};

function targetWords(target: ParsedTarget): string {
  const ports = target.ports?.map((range) => printPortRange(range)).join(',');
  return [targetName(target), ...(ports === undefined ? [] : [`port ${ports}`])].join(' ');
}

function targetName(target: ParsedTarget): string {
  switch (target.kind) {
    case 'cidr':
      return printCidr(target.cidr);
    case 'pods':
      return `pods ${labelsOf(target.selector.matchLabels)}`.trimEnd();
    case 'service':
      return `service ${target.name}`;
    case 'hostname':
      return target.hostname;
    case 'everybody':
      return 'everybody';
  }
}

function labelsOf(labels: Readonly<Record<string, string>> = {}): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
