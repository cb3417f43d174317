import type { LabPod } from '../cluster';
import { injectorsWord, podsTable } from './pods-table';

/** The pods' names for the resolver, as lines of hosts(5). */
export function hostsFile(pods: readonly LabPod[]): string {
  const names = pods.flatMap(({ name, ip, ipv6 }) =>
    [ip, ...(ipv6 === undefined ? [] : [ipv6])].map((address) => `${address} ${name}`),
  );
  return ['127.0.0.1 localhost', '::1 localhost', ...names].map((line) => `${line}\n`).join('');
}

/** What bash reads when it starts: the commands of the lab. */
export function shellStartup(pods: readonly LabPod[]): string {
  const netns = pods.map((pod) => [pod.name, pod.netns ?? ''] as const);
  return `PS1='podlag-lab# '
declare -A podlag_netns=(${netns.map(([name, value]) => `[${quoted(name)}]=${quoted(value)}`).join(' ')})
declare -A podlag_why=(${pods.map((pod) => `[${quoted(pod.name)}]=${quoted(injectorsWord(pod))}`).join(' ')})
_pod() {
  [[ -n \${1-} && -v podlag_why[$1] ]] && return
  echo "usage: $2, where POD is one of:" ${quoted(pods.map(({ name }) => name).join(' '))} >&2
  return 2
}
pods() { printf '%s' ${quoted(podsTable(pods))}; }
why() { _pod "\${1-}" 'why POD' && printf '%s' "\${podlag_why[$1]}"; }
on() {
  _pod "\${1-}" 'on POD COMMAND...' || return
  local netns=\${podlag_netns[$1]}
  shift
  if [[ -n $netns ]]; then ip netns exec "$netns" "$@"; else "$@"; fi
}
complete -W ${quoted(pods.map(({ name }) => name).join(' '))} on why ping 2>/dev/null
`;
}

/** How a person finds the way around. */
export function shellGuide(example: string, other: string): string {
  return `
The lab is open. Each pod has a network of its own, and you are on their node.

  pods                                the pods, their addresses and containers
  why ${example}                      what the injector said
  ping ${example}                     names work as well as addresses
  curl ${example}:2332/latency/20ms   delay what ${example} sends; 0ms takes it away
  curl ${example}:2332/v1/state       what is asked for, and what the kernel has
  on ${example} ping ${other}     a command in a pod's network
  exit                                close the lab

`;
}

/** A word for bash, whatever it holds. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
