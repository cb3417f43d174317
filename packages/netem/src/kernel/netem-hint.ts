import { release } from 'node:os';

/** Where netem comes from, by a mark in the kernel's release. The first that fits is told; the rest get all of them. */
const netemSources: readonly (readonly [mark: RegExp, fix: string])[] = [
  [
    /\.(el|fc|amzn|rocky)[0-9]*/,
    'dnf install kernel-modules-extra (or kernel-modules-core), then modprobe sch_netem',
  ],
  [/microsoft/i, 'WSL 2 kernels before 5.15.90 are built without it: wsl --update'],
  [
    /-(aws|azure|gcp|gke|oracle|kvm|generic|cloud)/,
    'apt-get install linux-modules-extra-$(uname -r), then modprobe sch_netem',
  ],
];

const anyDistribution =
  'RHEL, Fedora, Amazon Linux: dnf install kernel-modules-extra; Ubuntu cloud images: apt-get install ' +
  'linux-modules-extra-$(uname -r); then modprobe sch_netem. A kernel of your own needs CONFIG_NET_SCH_NETEM=m';

/** What the person who runs the node can do about a kernel without netem. `kernel` is the release, as of uname -r. */
export function netemHint(kernel: string = release()): string {
  const fix = netemSources.find(([mark]) => mark.test(kernel))?.[1] ?? anyDistribution;
  return `On the node (kernel ${kernel}): ${fix}.`;
}
