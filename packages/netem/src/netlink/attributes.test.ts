import * as fc from 'fast-check';
import { MessageReader, MessageWriter } from './attributes';
import { handleNumber, handleText, readFilterInfo, filterInfo, readU32Handle, u32Handle } from './tc-message';

const value = fc.uint8Array({ maxLength: 40 });

test('attributes of any length are read as they were written, one within the other', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), (values) => {
      const writer = new MessageWriter(1).attribute(0x8000 | 7, (nest) => {
        for (const [type, bytes] of values.entries()) nest.attribute(type + 1, (one) => one.u8(...bytes));
      });
      const nest = MessageReader.of(writer.bytes()).attributes().get(7)!.attributes();
      const read = [...nest].map(([type, one]) => [
        type,
        Array.from({ length: one.length }, (_, at) => one.u8(at)),
      ]);
      expect(writer.length % 4).toBe(0);
      expect(read).toEqual(values.map((bytes, at) => [at + 1, [...bytes]]));
    }),
  );
});

test('numbers of every width come back, whatever room the writer began with', () => {
  const any = fc.tuple(
    fc.nat(255),
    fc.nat(0xffff),
    fc.nat(0xffff_ffff),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  );
  fc.assert(
    fc.property(any, fc.integer({ min: 1, max: 40 }), ([byte, short, word, long], room) => {
      const writer = new MessageWriter(room).u8(byte, 0).u16(short).u32(word).be32(word).u64(long);
      const reader = MessageReader.of(writer.bytes());
      expect([reader.u8(0), reader.u16(2), reader.u32(4), reader.be32(8), reader.u64(12)]).toEqual([
        ...[byte, short, word, word, long],
      ]);
    }),
  );
});

test('a message that is cut short ends where it is cut, and what is not there reads as zero', () => {
  const bytes = new MessageWriter()
    .attribute(1, (one) => one.u32(1))
    .attribute(2, (one) => one.u32(2))
    .bytes();
  for (let length = 0; length <= bytes.length; length += 1) {
    const read = [...MessageReader.of(bytes.slice(0, length)).attributes()].map(([type, one]) => [
      type,
      one.u32(),
    ]);
    expect(read).toEqual(
      [
        [1, 1],
        [2, 2],
      ].slice(0, Math.floor(length / 8)),
    );
  }
  expect(MessageReader.of(bytes.slice(0, 2)).u32()).toBe(0);
});

test.each([
  ['1:', 0x0001_0000],
  ['1:10', 0x0001_0010],
  ['fff0:fff0', 0xfff0_fff0],
  ['root', 0xffff_ffff],
  ['ingress', 0xffff_fff2],
  ['egress', 0xffff_fff3],
])('%s is the handle %p, both ways', (text, number) => {
  expect(handleNumber(text)).toBe(number);
  expect(handleText(number)).toBe(text);
});

test.each(['all', 'ip', 'ipv6', 'arp'] as const)('the place of a filter for %s comes back', (protocol) => {
  expect(readFilterInfo(filterInfo({ pref: 60_000, protocol }))).toEqual({ pref: 60_000, protocol });
});

test('the handle of every u32 filter comes back', () => {
  const handle = fc.record({
    table: fc.integer({ min: 1, max: 0x7ff }),
    bucket: fc.nat(255),
    node: fc.integer({ min: 1, max: 0xfff }),
  });
  fc.assert(fc.property(handle, (one) => expect(readU32Handle(u32Handle(one, 0))).toEqual(one)));
  expect(readU32Handle(u32Handle({ table: 'root', bucket: 0, node: 3 }, 0x8010_0000))).toEqual({
    ...{ table: 'root', bucket: 0, node: 3 },
  });
});
