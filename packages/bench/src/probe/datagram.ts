/** What a numbered datagram says. */
export interface Numbered {
  /** From 0. */
  readonly sequence: number;
  /** `performance.now()` of the sender, milliseconds: it comes back to the one whose clock it is. */
  readonly sentAt: number;
}

/** Kind, session, sequence and time. */
export const leastDatagramBytes = 24;
/** A session is eight random bytes, so that a datagram of an earlier client is not taken for one's own. */
export const sessionBytes = 8;

// Two kinds: were an echo a question again, two servers could be set on each other for ever.
const question = 0x706f_6471;
const echo = 0x706f_6461;

/** Writes a datagram to be echoed over the first bytes of `buffer`. */
export function writeQuestion(buffer: Buffer, session: Buffer, { sequence, sentAt }: Numbered): void {
  buffer.writeUInt32BE(question, 0);
  session.copy(buffer, 4);
  buffer.writeUInt32BE(sequence, 12);
  buffer.writeDoubleBE(sentAt, 16);
}

/** Makes a question its own echo, in place; false for what is no question, which gets no answer. */
export function turnAround(buffer: Buffer): boolean {
  if (buffer.length < leastDatagramBytes || buffer.readUInt32BE(0) !== question) return false;
  buffer.writeUInt32BE(echo, 0);
  return true;
}

/** What an echo of this session says; undefined for any other datagram. */
export function readEcho(buffer: Buffer, session: Buffer): Numbered | undefined {
  if (buffer.length < leastDatagramBytes || buffer.readUInt32BE(0) !== echo) return undefined;
  if (!session.equals(buffer.subarray(4, 4 + sessionBytes))) return undefined;
  return { sequence: buffer.readUInt32BE(12), sentAt: buffer.readDoubleBE(16) };
}
