/** One thing that the agent may or may not be able to do here. */
export type Capability =
  | { readonly available: true }
  /** `reason` in the kernel's words, `hint` on how to get it. */
  | { readonly available: false; readonly code: string; readonly reason: string; readonly hint: string };

export interface Capabilities {
  /** As of `uname -r`. */
  readonly kernel: string;
  /** As of `tc -V`. */
  readonly iproute2: string;
  /** The whole tree, proven on a scratch device: htb, u32 and netem. */
  readonly shaping: Capability;
}
