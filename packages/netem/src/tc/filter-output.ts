import type { BpfInstruction, U32Handle, U32Hash, U32Key } from '../kernel/operation';
import type { ObservedBpf, ObservedFilter, ObservedTable, ObservedU32 } from '../kernel/observed';

/** What stands at one place for filters, in the order in which the kernel asks them. */
export interface FilterListing {
  readonly tables: readonly ObservedTable[];
  readonly filters: readonly ObservedFilter[];
}

/** The kernel numbers the root tables of prefs from here on; tables that somebody asked for are below. */
export const firstRootTable = 0x800;

/**
 * Reads `tc filter show` or `tc filter get` of one parent: text, since the JSON of iproute2 repeats the key of a match
 * and so keeps only the last. A line for each classifier, table and filter, then one for each key of a filter. With
 * 20,000 filters this is 4 MB, so each line is looked at once, word by word.
 */
export function parseFilters(text: string, parent: string): FilterListing {
  const tables: ObservedTable[] = [];
  const filters: ObservedFilter[] = [];
  let latest: U32Draft | undefined;
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const line = text.slice(start, end);
    start = end + 1;
    if (!line.startsWith('filter ')) {
      if (latest) takeDetail(latest, line);
      continue;
    }
    const head = headOf(line, parent);
    latest = undefined;
    if (head.kind !== 'u32') {
      filters.push(...otherFilter(head));
    } else if (head.handle !== undefined) {
      latest = takeU32(head, head.handle, { tables, filters });
    }
  }
  return { tables, filters };
}

interface Head {
  readonly parent: string;
  readonly pref: number;
  readonly protocol: string;
  readonly kind: string;
  /** After `fh` or `handle`; a classifier's own line has none. */
  readonly handle: string | undefined;
  /** All of the line. */
  readonly words: readonly string[];
  readonly line: string;
}

function headOf(line: string, parent: string): Head {
  const words = line.split(' ');
  const protocol = words.indexOf('protocol');
  // A listing of one pref does not repeat it.
  const pref = words[protocol + 2] === 'pref' ? protocol + 3 : -1;
  const kind = pref === -1 ? protocol + 2 : pref + 1;
  // `chain 0` follows in all kernels of today.
  const handle = words.findIndex((word, at) => at > kind && (word === 'fh' || word === 'handle'));
  return {
    parent,
    protocol: words[protocol + 1] ?? '',
    pref: Number(words[pref]),
    kind: words[kind] ?? '',
    handle: handle === -1 ? undefined : words[handle + 1],
    words,
    line,
  };
}

/** A u32 filter while its lines come. */
interface U32Draft extends ObservedU32 {
  readonly keys: U32Key[];
  hash: U32Hash | undefined;
  redirect: string | undefined;
}

function takeU32(
  { parent, pref, protocol, kind, words }: Head,
  handle: string,
  into: { readonly tables: ObservedTable[]; readonly filters: ObservedFilter[] },
): U32Draft | undefined {
  const [table = '', bucket = '', node = ''] = handle.split(':');
  const id = Number.parseInt(table, 16);
  const divisor = words.indexOf('divisor');
  if (divisor !== -1) {
    const ours = id < firstRootTable;
    if (ours) into.tables.push({ parent, pref, id, divisor: Number(words[divisor + 1]) });
    return undefined;
  }
  const u32: U32Draft = {
    handle: {
      table: id < firstRootTable ? id : 'root',
      bucket: bucket === '' ? 0 : Number.parseInt(bucket, 16),
      node: Number.parseInt(node, 16),
    } satisfies U32Handle,
    keys: [],
    hash: undefined,
    ...targetOf(words),
    redirect: undefined,
  };
  into.filters.push({ parent, pref, protocol, kind, u32, bpf: undefined });
  return u32;
}

/** `*flowid 1:10`, `link 143:`, `*flowid 1:1 link 7fe:`, or `terminal flowid link 7fe:`; a link goes first. */
function targetOf(words: readonly string[]): Pick<ObservedU32, 'flowid' | 'link'> {
  const link = words.indexOf('link');
  if (link !== -1) return { link: Number.parseInt(words[link + 1] ?? '', 16), flowid: undefined };
  const at = words.findIndex((word) => word === '*flowid' || word === 'flowid');
  const flowid = at === -1 ? undefined : words[at + 1];
  return { link: undefined, flowid: flowid?.includes(':') === true ? flowid : undefined };
}

const redirectMark = '(Egress Redirect to device ';

function takeDetail(u32: U32Draft, line: string): void {
  // By words at their places: `  match 0a000005/ffffffff at 16`, `    hash mask 000000ff at 16 `.
  if (line.startsWith('  match ')) {
    const at = line.indexOf(' at ');
    const value = Number.parseInt(line.slice(8, 16), 16);
    u32.keys.push({
      value,
      mask: Number.parseInt(line.slice(17, at), 16),
      offset: Number(line.slice(at + 4)),
    });
  } else if (line.startsWith('    hash mask ')) {
    const at = line.indexOf(' at ');
    u32.hash = { mask: Number.parseInt(line.slice(14, at), 16), offset: Number(line.slice(at + 4)) };
  } else if (line.includes(redirectMark)) {
    const name = line.indexOf(redirectMark) + redirectMark.length;
    u32.redirect = line.slice(name, line.indexOf(')', name));
  }
}

/** One for each classifier of another kind, which its own line tells of; of cls_bpf one for each program. */
function otherFilter({ parent, pref, protocol, kind, handle, line }: Head): readonly ObservedFilter[] {
  const isBpf = kind === 'bpf';
  if (isBpf !== (handle !== undefined)) return [];
  return [
    { parent, pref, protocol, kind, u32: undefined, bpf: isBpf ? bpfOf(handle ?? '', line) : undefined },
  ];
}

/** Undefined for what has no classic bytecode (eBPF), or does not act by itself. */
function bpfOf(handle: string, line: string): ObservedBpf | undefined {
  const bytecode = / direct-action .*bytecode '([0-9, ]+)'/.exec(line)?.[1];
  if (bytecode === undefined) return undefined;
  const [, ...instructions] = bytecode.split(',').filter((part) => part !== '');
  return { handle: Number.parseInt(handle, 16), program: instructions.map(instructionOf) };
}

function instructionOf(text: string): BpfInstruction {
  const [code = NaN, jt = NaN, jf = NaN, k = NaN] = text.split(' ').map(Number);
  return { code, jt, jf, k };
}
