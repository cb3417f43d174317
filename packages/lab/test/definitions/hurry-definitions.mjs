// Hurries CustomResourceDefinitions on that an API server has forgotten to delete, until standard input ends.
//
// From Kubernetes 1.31 on (ResilientWatchCacheInitialization) about one deletion in sixty meets "storage is
// (re)initializing" when the finalizer lists the instances. It retries after 5 ms, mostly with a copy from before its own
// word on the failure; that is a conflict, after which it waits for a change. None comes that it counts, until the informer's
// resync, every five minutes. Any change will do, and an annotation is one.
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const failed = 'InstanceDeletionFailed';
const columns = `{.metadata.name} {.metadata.uid} {.status.conditions[?(@.type=="Terminating")].reason}{"\\n"}`;
const watch = ['get', 'customresourcedefinitions', '--watch', `--output=jsonpath=${columns}`];
/** So long the API server has for its own retry, in milliseconds. */
const patienceMs = 1000;

let kubectl;

function follow() {
  kubectl = spawn('kubectl', watch, { stdio: ['ignore', 'pipe', 'ignore'] });
  kubectl.on('error', () => undefined);
  createInterface({ input: kubectl.stdout }).on('line', (line) => {
    const [name, uid, reason] = line.split(' ');
    if (reason === failed) setTimeout(() => hurry(name, uid), patienceMs);
  });
  // A watch ends, and an API server is restarted.
  kubectl.on('close', () => setTimeout(follow, patienceMs));
}

/** It may be gone by now, which is all the better, and another of its name be there, which is left alone. */
function hurry(name, uid) {
  const patch = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'add', path: '/metadata/annotations', value: { 'podlag.io/hurried': 'yes' } },
  ];
  const args = ['patch', 'customresourcedefinition', name, '--type=json', `--patch=${JSON.stringify(patch)}`];
  execFile('kubectl', args, (error) => {
    if (error === null) process.stderr.write(`${name}: its deletion had to be hurried on.\n`);
  });
}

process.stdin.on('end', () => {
  kubectl.kill();
  process.exit();
});
process.stdin.resume();
follow();
