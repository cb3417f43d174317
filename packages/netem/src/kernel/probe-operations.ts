import type { Profile } from '../profile/profile';
import { classidOf, handles, leafHandleOf, ownHookPref, ownersMark } from './handles';
import type { FilterPlace, LinkOperation, Operation, QdiscOperation } from './operation';

/** `scratch` bears the tree; `ingress` is the IFB device behind it. */
export interface ProbeDevices {
  readonly scratch: string;
  readonly ingress: string;
}

/** Minor numbers of the two classes that leaves are tried under. */
export const probeClasses = [0x10, 0x11] as const;

const table = 0x7fe;

/** What the probe says to the kernel: the parts of the real tree, each in its smallest form. */
export const probeOperations = {
  removeLinks: ({ scratch, ingress }: ProbeDevices): readonly LinkOperation[] => [
    { kind: 'link', verb: 'delete', device: scratch },
    { kind: 'link', verb: 'delete', device: ingress },
  ],

  /** HTB, and u32 with a hash table that another pref leads to. */
  tree: ({ scratch }: ProbeDevices): readonly Operation[] => {
    const library: FilterPlace = { device: scratch, parent: handles.root, pref: 10, protocol: 'all' };
    return [
      {
        ...{ kind: 'qdisc', verb: 'add', device: scratch, parent: 'root', handle: handles.root },
        spec: { kind: 'htb', defaultMinor: 1, directQueueLength: ownersMark },
      },
      addClass(scratch, handles.root, handles.passClass),
      ...probeClasses.map((minor) => addClass(scratch, handles.root, classidOf(minor))),
      {
        ...{
          kind: 'qdisc',
          verb: 'add',
          device: scratch,
          parent: handles.passClass,
          handle: handles.passLeaf,
        },
        spec: { kind: 'pfifo', limit: 1_000 },
      },
      { ...library, kind: 'table', verb: 'add', table, divisor: 256 },
      {
        ...{ ...library, kind: 'u32', verb: 'add', handle: { table, bucket: 1, node: 1 } },
        ...{ keys: [], target: { flowid: handles.passClass } },
      },
      {
        ...{ ...library, pref: 100, protocol: 'ip', kind: 'u32', verb: 'add' },
        ...{ handle: { table: 'root', bucket: 0, node: 1 }, keys: [] },
        target: { link: table, hash: { mask: 0xff, offset: 16 } },
      },
    ];
  },

  leaf: ({ scratch }: ProbeDevices, minor: number, profile: Profile): readonly Operation[] => [
    { ...leafPlace(scratch, minor), verb: 'add', spec: { kind: 'netem', profile, was: undefined } },
  ],

  removeLeaf: ({ scratch }: ProbeDevices, minor: number): Operation => ({
    ...leafPlace(scratch, minor),
    ...{ verb: 'delete', spec: undefined },
  }),

  /** A leaf of HTB and cls_bpf. The program draws a random number and lets everything pass. */
  fallbackLeaf: ({ scratch }: ProbeDevices, minor: number): readonly Operation[] => {
    const parent = leafHandleOf(minor);
    return [
      {
        ...{ ...leafPlace(scratch, minor), verb: 'add' },
        spec: { kind: 'htb', defaultMinor: 1, directQueueLength: undefined },
      },
      addClass(scratch, parent, `${parent}1`),
      {
        ...{ kind: 'bpf', verb: 'add', device: scratch, parent, pref: 1, protocol: 'all', handle: 1 },
        program: [
          { code: 32, jt: 0, jf: 0, k: 4_294_963_256 },
          { code: 6, jt: 0, jf: 0, k: 4_294_967_295 },
        ],
      },
    ];
  },

  /** An IFB device, clsact, and a filter that leads from the one to the other. */
  ingress: ({ scratch, ingress }: ProbeDevices): readonly Operation[] => [
    { kind: 'link', verb: 'add', device: ingress },
    {
      ...{ kind: 'qdisc', verb: 'add', device: scratch, parent: 'clsact', handle: undefined },
      spec: { kind: 'clsact' },
    },
    {
      ...{ device: scratch, parent: 'ingress', pref: ownHookPref, protocol: 'all', kind: 'u32', verb: 'add' },
      ...{ handle: { table: 'root', bucket: 0, node: 1 }, keys: [], target: { redirect: ingress } },
    },
  ],
} as const;

function addClass(device: string, parent: string, classid: string): Operation {
  return { kind: 'class', verb: 'replace', device, parent, classid, rate: undefined };
}

function leafPlace(device: string, minor: number): Omit<QdiscOperation, 'verb' | 'spec'> {
  return { kind: 'qdisc', device, parent: classidOf(minor), handle: leafHandleOf(minor) };
}
