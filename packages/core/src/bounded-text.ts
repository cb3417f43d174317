/**
 * Reads a stream to its end, as UTF-8.
 *
 * @returns undefined when it is longer than `mostBytes`: the rest is not read, and a connection that it came by is given up
 */
export async function textWithin(
  stream: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.length;
    if (length > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
