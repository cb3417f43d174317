import type { ObservedBpf } from '../kernel/observed';
import type { BpfInstruction } from '../kernel/operation';
import type { MessageReader, MessageWriter } from './attributes';

/** TCA_BPF_* of linux/pkt_cls.h. */
const attribute = { length: 4, program: 5, flags: 8 } as const;

/** TCA_BPF_FLAG_ACT_DIRECT: what the program returns is what becomes of the packet. */
const directAction = 1;

/** struct sock_filter of linux/filter.h: code, jt, jf, k. */
const instructionLength = 8;

export function writeBpf(writer: MessageWriter, program: readonly BpfInstruction[]): void {
  writer
    .attribute(attribute.length, (value) => value.u16(program.length))
    .attribute(attribute.program, (value) => {
      for (const { code, jt, jf, k } of program) value.u16(code).u8(jt, jf).u32(k);
    })
    .attribute(attribute.flags, (value) => value.u32(directAction));
}

/** Reads a filter's TCA_OPTIONS. Undefined for what has no classic instructions, or does not act by itself. */
export function readBpf(handle: number, options: MessageReader): ObservedBpf | undefined {
  const attributes = options.attributes();
  const instructions = attributes.get(attribute.program);
  if (!instructions || attributes.get(attribute.flags)?.u32() !== directAction) return undefined;
  const program: BpfInstruction[] = [];
  for (let at = 0; at < instructions.length; at += instructionLength) {
    program.push({
      code: instructions.u16(at),
      jt: instructions.u8(at + 2),
      jf: instructions.u8(at + 3),
      k: instructions.u32(at + 4),
    });
  }
  return { handle, program };
}
