import { errorTable } from '@podlag/core';

/** What can go wrong between a set of faults and the kernel. */
export const netemErrors = errorTable({
  'not-supported': {
    status: 501,
    title: 'Not supported by this agent',
    hint: 'Leave the field out, or use a newer agent: GET /v1/state lists what this one can do.',
  },
  'not-composable': {
    status: 409,
    title: 'Faults that netem cannot combine',
    hint: 'Take one of the faults away first, or describe its loss by a ratio: ratios combine with everything.',
  },
  'netem-missing': {
    status: 501,
    title: 'The kernel has no netem',
    hint: 'On the node: modprobe sch_netem.',
  },
  'kernel-lacks': {
    status: 501,
    title: 'The kernel lacks a part of traffic control',
    hint: 'On the node: modprobe sch_htb cls_u32 sch_netem.',
  },
  'no-permission': {
    status: 500,
    title: 'The agent may not shape the network',
    hint: 'The container needs capability NET_ADMIN and user 0: securityContext.capabilities.add: [NET_ADMIN], runAsUser: 0.',
  },
  'foreign-qdisc': {
    status: 409,
    title: 'The device has a root qdisc of somebody else',
    hint: 'Remove it (tc qdisc del dev DEVICE root), or start the agent with PODLAG_TAKE_OVER_ROOT=true to replace it.',
  },
  'device-missing': {
    status: 503,
    title: 'No such network device',
    hint: 'Set PODLAG_DEVICE (annotation podlag.io/interface) to a device of the pod; ip link lists them.',
  },
  'tc-missing': {
    status: 500,
    title: 'The tc program cannot be started',
    hint: 'Install iproute2 in the image, or name the program by PODLAG_TC.',
  },
  'ip-missing': {
    status: 500,
    title: 'The ip program cannot be started',
    hint: 'Install iproute2 in the image.',
  },
  'tc-died': {
    status: 503,
    title: 'The tc program ended in the middle of a change',
    hint: 'Try again: the agent starts a new one and brings the kernel to what is asked.',
  },
  'tc-timeout': {
    status: 504,
    title: 'The kernel did not answer in time',
    hint: 'Try again; if it stays so, look at the load of the node and at dmesg.',
  },
  'tc-failed': {
    status: 500,
    title: 'The kernel refused a command',
    hint: 'The detail holds the command and the words of the kernel. Please report it with GET /v1/state.',
  },
  'not-confirmed': {
    status: 500,
    title: 'The kernel does not show what was asked',
    hint: 'Another program may be changing the device. GET /v1/state shows asked and observed side by side.',
  },
  'table-unwritable': {
    status: 507,
    title: 'The table of a delay distribution cannot be written',
    hint: 'tc reads it from a file: give the agent a writable directory by PODLAG_RUN_DIRECTORY.',
  },
  'too-many-filters': {
    status: 422,
    title: 'More filters than u32 has numbers for',
    hint: 'Name blocks of addresses instead of single ones, or fewer different ports and ranges.',
  },
  'foreign-ifb': {
    status: 409,
    title: 'The name of the IFB device is taken',
    hint: 'Remove or rename that device (ip link del DEVICE): podlag leads what comes in through a device of this name.',
  },
  'netlink-missing': {
    status: 500,
    title: 'The netlink socket cannot be opened',
    hint: 'Its native part lies beside the program in the image, for x64, arm64 and arm. Start the agent with PODLAG_DRIVER=tc instead.',
  },
  'netlink-failed': {
    status: 503,
    title: 'The netlink socket broke in the middle of a change',
    hint: 'Try again: the agent opens a new one and brings the kernel to what is asked.',
  },
  'netlink-timeout': {
    status: 504,
    title: 'The kernel did not answer in time',
    hint: 'Try again; if it stays so, look at the load of the node and at dmesg.',
  },
  'duplicate-restricted': {
    status: 501,
    title: 'The kernel duplicates only where it does nothing else',
    hint: 'Take the other faults of this direction away first, or let the fault that duplicates meet the same packets as they do. Kernels whose check_netem_in_tree was taken out again do both.',
  },
});
