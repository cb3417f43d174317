import { aligned, MessageReader, MessageWriter } from './attributes';

/** struct nlmsghdr of linux/netlink.h: length, type, flags, sequence number, port. */
const headerLength = 16;
const sequenceOffset = 8;
const flagsOffset = 6;

const noop = 1;
const errorType = 2;
const doneType = 3;

/** NLM_F_* of linux/netlink.h. */
export const flag = {
  request: 0x1,
  acknowledge: 0x4,
  dumpInterrupted: 0x10,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  dump: 0x300,
} as const;

/** A message to the kernel, without sequence number: the socket gives it one when it goes out. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  /** All that comes after the header. */
  readonly body: (writer: MessageWriter) => unknown;
}

/** A message of the kernel's. */
export type Reply =
  /** The answer to one request: 0 when it was done, else the errno. */
  | { readonly kind: 'answer'; readonly sequence: number; readonly errno: number }
  /** The end of a dump. `interrupted`: what was listed has changed meanwhile. */
  | {
      readonly kind: 'done';
      readonly sequence: number;
      readonly errno: number;
      readonly interrupted: boolean;
    }
  | {
      readonly kind: 'object';
      readonly sequence: number;
      readonly type: number;
      readonly interrupted: boolean;
      readonly body: MessageReader;
    };

/** Appends a whole message. `flags` are added to the request's own. */
export function writeRequest(
  writer: MessageWriter,
  { type, flags, body }: Request,
  sequence: number,
  more = 0,
): void {
  const start = writer.length;
  writer
    .u32(0)
    .u16(type, flag.request | flags | more)
    .u32(sequence, 0);
  body(writer);
  writer.patchU32(start, writer.length - start);
}

/** One message by itself. */
export function encodeRequest(request: Request, sequence = 0): Uint8Array {
  const writer = new MessageWriter();
  writeRequest(writer, request, sequence);
  return writer.bytes();
}

/** Asks for an answer to the message at `offset` even when all is well. */
export function askForAnswer(writer: MessageWriter, offset: number, flags: number): void {
  writer.patchU16(offset + flagsOffset, flags | flag.request | flag.acknowledge);
}

/** What came in one datagram. */
export function readReplies(datagram: Uint8Array): readonly Reply[] {
  const all = MessageReader.of(datagram);
  const replies: Reply[] = [];
  for (let at = 0; at + headerLength <= all.length;) {
    const length = all.u32(at);
    if (length < headerLength || at + length > all.length) break;
    const reply = readReply(all.from(at, length));
    if (reply) replies.push(reply);
    at += aligned(length);
  }
  return replies;
}

function readReply(message: MessageReader): Reply | undefined {
  const type = message.u16(4);
  const interrupted = (message.u16(flagsOffset) & flag.dumpInterrupted) !== 0;
  const sequence = message.u32(sequenceOffset);
  // The kernel's errors are negative.
  const errno = 0 - message.s32(headerLength);
  if (type === noop) return undefined;
  if (type === errorType) return { kind: 'answer', sequence, errno };
  if (type === doneType) return { kind: 'done', sequence, errno: errno > 0 ? errno : 0, interrupted };
  return { kind: 'object', sequence, type, interrupted, body: message.from(headerLength) };
}
