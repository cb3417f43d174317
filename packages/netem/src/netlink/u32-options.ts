import type { U32Hash, U32Key, U32Operation, U32Target } from '../kernel/operation';
import type { MessageReader, MessageWriter } from './attributes';
import { nested } from './scale';
import { handleNumber, handleText, tableHandle } from './tc-message';

/** TCA_U32_* of linux/pkt_cls.h. */
const attribute = { classid: 1, hash: 2, link: 3, divisor: 4, selector: 5, actions: 7 } as const;

/** TC_U32_TERMINAL: the filter decides, and does not only lead elsewhere. */
const terminal = 1;

/** struct tc_u32_sel, and each struct tc_u32_key behind it. */
const selectorLength = 16;
const keyLength = 16;

/** Fits every packet. */
const anything: readonly U32Key[] = [{ value: 0, mask: 0, offset: 0 }];

/** Options of a hash table. */
export function writeDivisor(writer: MessageWriter, divisor: number): void {
  writer.attribute(attribute.divisor, (value) => value.u32(divisor));
}

export function readDivisor(options: MessageReader): number | undefined {
  return options.attributes().get(attribute.divisor)?.u32();
}

/** Turns the name of a device into its index. */
export type IndexOf = (device: string) => number;

/**
 * Options of a filter that is added or changed.
 *
 * Whether a filter decides is kept from when it was made, and one that does not is passed over when it is changed into
 * one with a class. So a link to a verdict, which may become a class later, has the pass class from the start; nothing
 * arrives there, since the verdict's last filter fits everything.
 */
export function writeU32(writer: MessageWriter, operation: U32Operation, indexOf: IndexOf): void {
  const { verb, handle, keys, target, parent } = operation;
  if (!target) return;
  writeTarget(writer, target, parent, verb);
  if ('redirect' in target) writeRedirect(writer, indexOf(target.redirect));
  if (verb === 'change') return;
  if (handle.table !== 'root') {
    const bucket = (tableHandle(handle.table) | (handle.bucket << 12)) >>> 0;
    writer.attribute(attribute.hash, (value) => value.u32(bucket));
  }
  writer.attribute(attribute.selector, (value) => writeSelector(value, keys, target));
}

function writeTarget(writer: MessageWriter, target: U32Target, parent: string, verb: string): void {
  const classid = (text: string): unknown =>
    writer.attribute(attribute.classid, (value) => value.u32(handleNumber(text)));
  const link = (table: number): unknown =>
    writer.attribute(attribute.link, (value) => value.u32(tableHandle(table)));
  if ('flowid' in target) {
    // A change keeps the link that it does not take away.
    if (verb === 'change') link(0);
    classid(target.flowid);
  } else if ('link' in target) {
    link(target.link);
    if (!target.hash) classid(`${parent}1`);
  }
}

function writeSelector(writer: MessageWriter, keys: readonly U32Key[], target: U32Target): void {
  const hash = 'link' in target ? target.hash : undefined;
  const all = keys.length === 0 ? anything : keys;
  writer
    .u8(hash ? 0 : terminal, 0, all.length, 0)
    // No offset into the packet but the keys' own.
    .u16(0, 0, 0, hash?.offset ?? 0)
    .be32(hash?.mask ?? 0);
  for (const { value, mask, offset } of all) writer.be32(mask).be32(value).u32(offset, 0);
}

/** TCA_ACT_* of linux/pkt_cls.h and TCA_MIRRED_* of linux/tc_act/tc_mirred.h. */
const action = { kind: 1, options: 2, mirredParameters: 2 } as const;
const first = 1;
/** TC_ACT_STOLEN: the packet is gone from here. */
const stolen = 4;
/** TCA_EGRESS_REDIR. */
const egressRedirect = 1;
/** struct tc_mirred: index, capabilities, action, two counts, then these. */
const mirredTarget = { direction: 20, index: 24 } as const;

function writeRedirect(writer: MessageWriter, index: number): void {
  writer.attribute(attribute.actions, (actions) =>
    actions.attribute(first, (one) =>
      one
        .attribute(action.kind, (value) => value.text('mirred'))
        .attribute(action.options | nested, (options) =>
          options.attribute(action.mirredParameters, (value) =>
            value.u32(0, 0, stolen, 0, 0, egressRedirect, index),
          ),
        ),
    ),
  );
}

/** What a filter of u32 does, with the index of the device in place of its name. */
export interface U32Reading {
  readonly keys: readonly U32Key[];
  readonly hash: U32Hash | undefined;
  readonly flowid: string | undefined;
  readonly link: number | undefined;
  readonly redirectIndex: number | undefined;
}

/** Reads a filter's TCA_OPTIONS. */
export function readU32(options: MessageReader): U32Reading {
  const attributes = options.attributes();
  const link = attributes.get(attribute.link)?.u32();
  const classid = attributes.get(attribute.classid)?.u32();
  const selector = attributes.get(attribute.selector);
  return {
    keys: selector ? readKeys(selector) : [],
    hash: selector && readHash(selector),
    // The class of a link counts for nothing as long as it is one.
    flowid: classid === undefined || link !== undefined ? undefined : handleText(classid),
    link: link === undefined ? undefined : link >>> 20,
    redirectIndex: readRedirect(attributes.get(attribute.actions)),
  };
}

function readKeys(selector: MessageReader): readonly U32Key[] {
  const keys: U32Key[] = [];
  for (let at = selectorLength; at < selectorLength + selector.u8(2) * keyLength; at += keyLength) {
    keys.push({ mask: selector.be32(at), value: selector.be32(at + 4), offset: selector.u32(at + 8) });
  }
  return keys;
}

function readHash(selector: MessageReader): U32Hash | undefined {
  const mask = selector.be32(12);
  return mask === 0 ? undefined : { mask, offset: selector.u16(10) };
}

/** Undefined as well for any other action. */
function readRedirect(actions: MessageReader | undefined): number | undefined {
  const parts = actions?.attributes().get(first)?.attributes();
  if (parts?.get(action.kind)?.text() !== 'mirred') return undefined;
  const parameters = parts.get(action.options)?.attributes().get(action.mirredParameters);
  return parameters?.u32(mirredTarget.direction) === egressRedirect
    ? parameters.u32(mirredTarget.index)
    : undefined;
}
