import { errorTable } from '@podlag/core';

/** What can go wrong between a user and a kernel that has netem. The HTTP status is never answered: the lab has no server. */
export const kernelErrors = errorTable({
  'unsupported-machine': {
    status: 500,
    title: 'No kernel for this machine',
    hint: 'Use an x86_64 Linux machine, or one whose own kernel has netem, as root (PODLAG_LAB_KERNEL=host).',
  },
  'missing-program': {
    status: 500,
    title: 'A program is missing',
    hint: 'Install it with your package manager, then try again.',
  },
  'no-debian-mirror': {
    status: 500,
    title: 'No Debian mirror among the package sources',
    hint: 'Add a Debian mirror to /etc/apt/sources.list.d, run `apt-get update`, then try again.',
  },
  'download-failed': {
    status: 500,
    title: 'The kernel could not be downloaded',
    hint: 'Check that `apt-get update` works on this machine (network, proxy), then try again: nothing half-done was kept.',
  },
  'disk-full': {
    status: 500,
    title: 'Not enough room for the kernel',
    hint: 'Free some space, or point XDG_CACHE_HOME at a disk that has 400 MB, then try again.',
  },
  'kernel-too-old': {
    status: 500,
    title: 'The only kernel on offer is too old',
    hint: 'Use a Debian mirror that carries forky or sid.',
  },
  'kernel-broken': {
    status: 500,
    title: 'The kernel does not start',
    hint: 'Remove the folder and run `podlag-lab kernel` again.',
  },
  'boot-failed': {
    status: 500,
    title: 'The kernel did not boot',
    hint: 'Look at the end of its log above; `--memory` changes how much memory it gets.',
  },
  'kernel-died': {
    status: 500,
    title: 'The kernel ended before the command did',
    hint: 'Look at the end of its log above; more `--memory` often helps.',
  },
  'host-cannot-shape': {
    status: 500,
    title: "The host's own kernel cannot shape traffic",
    hint: 'Leave PODLAG_LAB_KERNEL at auto, and a kernel that can is brought along.',
  },
});
