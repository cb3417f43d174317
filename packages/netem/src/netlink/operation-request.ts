import type {
  BpfOperation,
  ClassOperation,
  FilterPlace,
  LinkOperation,
  Operation,
  QdiscOperation,
  QdiscSpec,
  TableOperation,
  U32Operation,
} from '../kernel/operation';
import type { MessageWriter } from './attributes';
import { writeBpf } from './bpf-options';
import { writeHtb, writeHtbClass } from './htb-options';
import { addLink, deleteLink, setLinkUp } from './link-message';
import { flag, type Request } from './message';
import { writeNetem } from './netem-options';
import {
  clsactHandle,
  filterInfo,
  handleNumber,
  tableHandle,
  tcAttribute,
  tcMessage,
  u32Handle,
  writeTcHead,
  type TcHead,
} from './tc-message';
import { writeDivisor, writeU32, type IndexOf } from './u32-options';

/** What a request says in numbers that only the kernel knows. */
export interface KernelNumbers {
  readonly indexOf: IndexOf;
  /** The handle of the table that the kernel made for a pref: for changes and removals in it. */
  readonly rootTableOf: (place: FilterPlace) => number;
}

/** NLM_F_* for each verb, as rtnetlink reads them for classes and filters. */
const verbFlags = { add: flag.create | flag.exclusive, change: 0, replace: flag.create, delete: 0 } as const;
/** Of a qdisc a change must be told from a new one in its place. */
const qdiscFlags = { ...verbFlags, replace: flag.create | flag.replace } as const;

/** The one message that does the operation. */
export function requestOf(operation: Operation, numbers: KernelNumbers): Request {
  switch (operation.kind) {
    case 'link':
      return linkRequest(operation);
    case 'qdisc':
      return qdiscRequest(operation, numbers);
    case 'class':
      return classRequest(operation, numbers);
    case 'table':
      return tableRequest(operation, numbers);
    case 'u32':
      return u32Request(operation, numbers);
    case 'bpf':
      return bpfRequest(operation, numbers);
    case 'pref':
      return filterRequest(operation, numbers, { handle: 0 });
  }
}

function linkRequest({ verb, device }: LinkOperation): Request {
  if (verb === 'add') return addLink(device, 'ifb');
  return verb === 'up' ? setLinkUp(device) : deleteLink(device);
}

/** TCA_KIND and TCA_OPTIONS. Without `options` the message has only the kind. */
function writeKind(writer: MessageWriter, kind: string, options?: (value: MessageWriter) => void): void {
  writer.attribute(tcAttribute.kind, (value) => value.text(kind));
  if (options) writer.attribute(tcAttribute.options, options);
}

function qdiscRequest(
  { verb, device, parent, handle, spec }: QdiscOperation,
  numbers: KernelNumbers,
): Request {
  const head: TcHead = {
    index: numbers.indexOf(device),
    handle: parent === 'clsact' ? clsactHandle : handleNumber(handle),
    parent: handleNumber(parent),
    info: 0,
  };
  return {
    type: verb === 'delete' ? tcMessage.deleteQdisc : tcMessage.newQdisc,
    flags: qdiscFlags[verb],
    body: (writer) => {
      writeTcHead(writer, head);
      // An ingress qdisc stands in the same place: by its kind it is not removed in mistake for a clsact.
      const kind = spec?.kind ?? (parent === 'clsact' ? parent : undefined);
      if (kind !== undefined) writeKind(writer, kind, spec && optionsOf(spec));
    },
  };
}

function optionsOf(spec: QdiscSpec): ((writer: MessageWriter) => void) | undefined {
  switch (spec.kind) {
    case 'htb':
      return (writer) => writeHtb(writer, spec);
    case 'pfifo':
      // struct tc_fifo_qopt.
      return (writer) => writer.u32(spec.limit);
    case 'netem':
      return (writer) => writeNetem(writer, spec.profile);
    case 'clsact':
      return undefined;
  }
}

function classRequest(operation: ClassOperation, { indexOf }: KernelNumbers): Request {
  const { verb, device, parent, classid, rate } = operation;
  const head: TcHead = {
    index: indexOf(device),
    handle: handleNumber(classid),
    parent: handleNumber(parent),
    info: 0,
  };
  return {
    type: verb === 'delete' ? tcMessage.deleteClass : tcMessage.newClass,
    flags: verbFlags[verb],
    body: (writer) => {
      writeTcHead(writer, head);
      if (verb !== 'delete') writeKind(writer, 'htb', (options) => writeHtbClass(options, rate));
    },
  };
}

interface FilterParts {
  readonly handle: number;
  readonly kind?: string;
  readonly options?: ((writer: MessageWriter) => void) | undefined;
}

function filterRequest(
  place: FilterPlace & { readonly verb: keyof typeof verbFlags },
  { indexOf }: KernelNumbers,
  { handle, kind, options }: FilterParts,
): Request {
  const head = filterHead(place, indexOf(place.device), handle);
  return {
    type: place.verb === 'delete' ? tcMessage.deleteFilter : tcMessage.newFilter,
    flags: verbFlags[place.verb],
    body: (writer) => {
      writeTcHead(writer, head);
      if (kind !== undefined) writeKind(writer, kind, place.verb === 'delete' ? undefined : options);
    },
  };
}

/** Where a filter, a table or a whole pref is. */
export function filterHead(place: FilterPlace, index: number, handle: number): TcHead {
  return { index, handle, parent: handleNumber(place.parent), info: filterInfo(place) };
}

function tableRequest(operation: TableOperation, numbers: KernelNumbers): Request {
  const { table, divisor } = operation;
  return filterRequest(operation, numbers, {
    handle: tableHandle(table),
    kind: 'u32',
    options: divisor === undefined ? undefined : (writer) => writeDivisor(writer, divisor),
  });
}

function u32Request(operation: U32Operation, numbers: KernelNumbers): Request {
  const { verb, handle } = operation;
  const inRoot = handle.table === 'root';
  return filterRequest(operation, numbers, {
    // A new filter's table is in its options, or is the root.
    handle: verb === 'add' ? handle.node : u32Handle(handle, inRoot ? numbers.rootTableOf(operation) : 0),
    kind: 'u32',
    options: (writer) => writeU32(writer, operation, numbers.indexOf),
  });
}

function bpfRequest(operation: BpfOperation, numbers: KernelNumbers): Request {
  const { handle, program } = operation;
  return filterRequest(operation, numbers, {
    handle,
    kind: 'bpf',
    options: program && ((writer) => writeBpf(writer, program)),
  });
}
