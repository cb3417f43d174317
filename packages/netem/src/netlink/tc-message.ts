import type { FilterPlace, U32Handle } from '../kernel/operation';
import type { MessageReader, MessageWriter } from './attributes';

/** RTM_* of linux/rtnetlink.h, for traffic control. */
export const tcMessage = {
  newQdisc: 36,
  deleteQdisc: 37,
  getQdisc: 38,
  newClass: 40,
  deleteClass: 41,
  getClass: 42,
  newFilter: 44,
  deleteFilter: 45,
  getFilter: 46,
} as const;

/** TCA_* of linux/rtnetlink.h. */
export const tcAttribute = { kind: 1, options: 2, stats2: 7 } as const;

/** struct tcmsg of linux/rtnetlink.h. */
export interface TcHead {
  readonly index: number;
  readonly handle: number;
  readonly parent: number;
  /** Of a filter: its pref and its protocol. */
  readonly info: number;
}

/** Attributes begin after it. */
export const tcHeadLength = 20;

/** TC_H_* of linux/pkt_sched.h. */
export const rootParent = 0xffff_ffff;
export const clsactParent = 0xffff_fff1;
export const clsactHandle = 0xffff_0000;
const ingressHook = 0xffff_fff2;
const egressHook = 0xffff_fff3;

export function writeTcHead(writer: MessageWriter, { index, handle, parent, info }: TcHead): MessageWriter {
  return writer.u32(0, index, handle, parent, info);
}

export function readTcHead(body: MessageReader): TcHead {
  return { index: body.u32(4), handle: body.u32(8), parent: body.u32(12), info: body.u32(16) };
}

const namedParents: Readonly<Record<string, number>> = {
  root: rootParent,
  clsact: clsactParent,
  ingress: ingressHook,
  egress: egressHook,
};

/** `1:`, `1:10`, `root`, `clsact`, `ingress` as the 32 bits that the kernel knows it by. Absent is 0: none, or any. */
export function handleNumber(text: string | undefined): number {
  if (text === undefined) return 0;
  const named = namedParents[text];
  if (named !== undefined) return named;
  const [major = '', minor = ''] = text.split(':');
  return ((parseInt(major, 16) << 16) | (minor === '' ? 0 : parseInt(minor, 16))) >>> 0;
}

/** As tc prints it. */
export function handleText(number: number): string {
  if (number === rootParent) return 'root';
  if (number === ingressHook) return 'ingress';
  if (number === egressHook) return 'egress';
  const [major, minor] = [number >>> 16, number & 0xffff].map((part) =>
    part === 0 ? '' : part.toString(16),
  );
  return `${major ?? ''}:${minor ?? ''}`;
}

/** ETH_P_* of linux/if_ether.h, which a filter's message has in network order. */
const protocols: Readonly<Record<string, number>> = { all: 3, ip: 0x0800, arp: 0x0806, ipv6: 0x86dd };

/** The pref above, the protocol below. */
export function filterInfo({ pref, protocol }: Pick<FilterPlace, 'pref' | 'protocol'>): number {
  return ((pref << 16) | inNetworkOrder(protocols[protocol] ?? 0)) >>> 0;
}

export function readFilterInfo(info: number): { readonly pref: number; readonly protocol: string } {
  const number = inNetworkOrder(info & 0xffff);
  const name = Object.entries(protocols).find(([, value]) => value === number)?.[0];
  return { pref: info >>> 16, protocol: name ?? `[${number}]` };
}

/** As `htons`: in the order of the machine what the network has in its own. */
function inNetworkOrder(value: number): number {
  const bytes = new Uint8Array(new Uint16Array([value]).buffer);
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

/** TC_U32_ROOT of linux/pkt_cls.h: stands for the table that the kernel made for a pref, but only for the table itself. */
const rootTable = 0xfff;
/** The kernel numbers the tables that it makes itself from here on. */
const firstKernelTable = 0x800;

/** A table of u32, by its number. */
export function tableHandle(table: number | 'root'): number {
  return ((table === 'root' ? rootTable : table) << 20) >>> 0;
}

/** A u32 filter. `rootHandle`: what the root table of its pref is really called. */
export function u32Handle({ table, bucket, node }: U32Handle, rootHandle: number): number {
  const base = table === 'root' ? rootHandle : tableHandle(table);
  return (base | (bucket << 12) | node) >>> 0;
}

export function readU32Handle(handle: number): U32Handle {
  const table = handle >>> 20;
  return {
    table: table >= firstKernelTable ? 'root' : table,
    bucket: (handle >>> 12) & 0xff,
    node: handle & 0xfff,
  };
}
