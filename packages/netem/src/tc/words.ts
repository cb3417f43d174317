import type { Rate } from '@podlag/core';
import { burstBytes } from '../kernel/htb-rate';
import type {
  BpfInstruction,
  BpfOperation,
  ClassOperation,
  FilterPlace,
  LinkOperation,
  Operation,
  QdiscOperation,
  QdiscSpec,
  TableOperation,
  U32Key,
  U32Operation,
  U32Target,
} from '../kernel/operation';
import { netemArguments } from './netem-arguments';
import { shellLine, tcCommand, tcRate, type TcCommand } from './tc-command';

/** An operation as somebody would type it in a shell, to tc(8) or, for a link, to ip(8). */
export function tcLine(operation: Operation): string {
  return shellLine(commandOf(operation));
}

/**
 * The same as a command, each word of it checked. `rootTable` is the id that the kernel gave to the root table of the
 * operation's pref; only a change or a removal in that table needs it.
 */
export function commandOf(operation: Operation, rootTable = unknownRootTable): TcCommand {
  return tcCommand(...wordsOf(operation, rootTable));
}

/** The words alone, after `tc` or `ip`. */
export function wordsOf(operation: Operation, rootTable = unknownRootTable): readonly string[] {
  switch (operation.kind) {
    case 'link':
      return linkWords(operation);
    case 'qdisc':
      return qdiscWords(operation);
    case 'class':
      return classWords(operation);
    case 'table':
      return tableWords(operation);
    case 'u32':
      return u32Words(operation, rootTable);
    case 'bpf':
      return bpfWords(operation);
    case 'pref':
      return filterWords('del', operation);
  }
}

/** TC_U32_ROOT: how u32 writes the root table of a pref whose id nobody has looked up. */
const unknownRootTable = 0xfff;

function linkWords({ verb, device }: LinkOperation): readonly string[] {
  if (verb === 'add') return ['link', 'add', 'dev', device, 'up', 'type', 'ifb'];
  return verb === 'up' ? ['link', 'set', 'dev', device, 'up'] : ['link', 'del', 'dev', device];
}

function qdiscWords({ verb, device, parent, handle, spec }: QdiscOperation): readonly string[] {
  const place = parent === 'root' || parent === 'clsact' ? [parent] : ['parent', parent];
  return [
    ...['qdisc', verb === 'delete' ? 'del' : verb, 'dev', device, ...place],
    ...(handle === undefined || parent === 'clsact' ? [] : ['handle', handle]),
    ...(spec ? specWords(spec) : []),
  ];
}

function specWords(spec: QdiscSpec): readonly string[] {
  switch (spec.kind) {
    case 'htb': {
      const words = ['htb', 'default', hex(spec.defaultMinor)];
      return spec.directQueueLength === undefined
        ? words
        : [...words, 'direct_qlen', String(spec.directQueueLength)];
    }
    case 'pfifo':
      return ['pfifo', 'limit', String(spec.limit)];
    case 'netem':
      return ['netem', ...netemArguments(spec.profile, spec.was)];
    case 'clsact':
      // Its name is its place already.
      return [];
  }
}

/** Never the bottleneck, and the quantum is said so that HTB does not derive an absurd one. */
const passEverything = 'rate 100gbit ceil 100gbit burst 1mb cburst 1mb quantum 60000'.split(' ');

function classWords({ verb, device, parent, classid, rate }: ClassOperation): readonly string[] {
  if (verb === 'delete') return ['class', 'del', 'dev', device, 'parent', parent, 'classid', classid];
  return [
    ...['class', verb, 'dev', device, 'parent', parent, 'classid', classid, 'htb'],
    ...(rate ? rateWords(rate) : passEverything),
  ];
}

function rateWords(rate: Rate): readonly string[] {
  const size = `${burstBytes(rate)}b`;
  return ['rate', tcRate(rate), 'ceil', tcRate(rate), 'burst', size, 'cburst', size, 'quantum', '60000'];
}

/** The way to a filter's place, which each command on filters repeats. */
export function filterWords(
  verb: string,
  { device, parent, pref, protocol }: FilterPlace,
): readonly string[] {
  return [
    ...['filter', verb, 'dev', device, ...filterParent(parent)],
    ...['pref', String(pref), 'protocol', protocol],
  ];
}

/** `ingress` and `egress` are places of their own to tc, of clsact. */
export function filterParent(parent: string): readonly string[] {
  return parent.includes(':') ? ['parent', parent] : [parent];
}

function tableWords(operation: TableOperation): readonly string[] {
  const { verb, table, divisor } = operation;
  return [
    ...filterWords(verb === 'delete' ? 'del' : verb, operation),
    ...['handle', `${hex(table)}:`, 'u32'],
    ...(verb === 'delete' || divisor === undefined ? [] : ['divisor', String(divisor)]),
  ];
}

function u32Words(operation: U32Operation, rootTable: number): readonly string[] {
  const { verb, handle, keys, target } = operation;
  if (verb !== 'add') {
    const table = handle.table === 'root' ? rootTable : handle.table;
    return [
      ...filterWords(verb === 'delete' ? 'del' : verb, operation),
      ...['handle', u32HandleWord(table, handle), 'u32'],
      ...(target ? changedTargetWords(target, operation.parent) : []),
    ];
  }
  return [
    ...filterWords(verb, operation),
    ...['handle', `::${hex(handle.node)}`, 'u32'],
    ...(handle.table === 'root' ? [] : ['ht', `${hex(handle.table)}:${hex(handle.bucket)}:`]),
    ...(keys.length === 0 ? keyWords({ value: 0, mask: 0, offset: 0 }) : keys.flatMap(keyWords)),
    ...(target ? targetWords(target, operation.parent) : []),
  ];
}

/** As tc shows it: a bucket of 0 is not said. */
export function u32HandleWord(table: number, { bucket, node }: { bucket: number; node: number }): string {
  return `${hex(table)}:${bucket === 0 ? '' : hex(bucket)}:${hex(node)}`;
}

function keyWords({ value, mask, offset }: U32Key): readonly string[] {
  return ['match', 'u32', word32(value), word32(mask), 'at', String(offset)];
}

/**
 * A link without a hash leads to a verdict, and may become a flowid later. u32 keeps for a filter's whole life whether
 * it had one when it was made (TC_U32_TERMINAL, which a change does not touch) and passes over one that had none: so it
 * has the pass class from the start, where nothing arrives as long as the verdict's last filter fits everything.
 */
function targetWords(target: U32Target, parent: string): readonly string[] {
  if ('flowid' in target) return ['flowid', target.flowid];
  if ('redirect' in target) return ['action', 'mirred', 'egress', 'redirect', 'dev', target.redirect];
  const link = ['link', `${hex(target.link)}:`];
  if (!target.hash) return [...link, 'flowid', `${parent}1`];
  const { mask, offset } = target.hash;
  return [...link, 'hashkey', 'mask', word32(mask), 'at', String(offset)];
}

/** A change keeps the link that it does not take away by name. */
function changedTargetWords(target: U32Target, parent: string): readonly string[] {
  return 'flowid' in target ? ['link', '0:', ...targetWords(target, parent)] : targetWords(target, parent);
}

function bpfWords(operation: BpfOperation): readonly string[] {
  const { verb, handle, program } = operation;
  return [
    ...filterWords(verb === 'delete' ? 'del' : verb, operation),
    ...['handle', `0x${hex(handle)}`, 'bpf'],
    ...(program && verb !== 'delete' ? ['da', 'bytecode', bytecode(program)] : []),
  ];
}

/** One word to tc, with blanks in it: the number of instructions, then each as `code jt jf k`. */
function bytecode(program: readonly BpfInstruction[]): string {
  const instructions = program.map(({ code, jt, jf, k }) => [code, jt, jf, k].join(' '));
  return [program.length, ...instructions].join(',');
}

function hex(value: number): string {
  return value.toString(16);
}

function word32(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}
