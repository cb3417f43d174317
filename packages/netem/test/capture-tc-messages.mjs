// Writes test/fixtures/tc-messages.json anew: what tc and ip send to the kernel for each line that the file has. To add
// a line, add it with an empty message. Wanted: strace, iproute2, user namespaces. What the kernel answers does not
// matter: the bytes are sent all the same.
//
//     node packages/netem/test/capture-tc-messages.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { tracedMessages } from './traced-messages.mjs';

const script = fileURLToPath(import.meta.url);
const fixture = fileURLToPath(new URL('fixtures/tc-messages.json', import.meta.url));

/** RTM_GETLINK: tc's own question for a device's index. */
const getLink = 18;

if (process.argv[2] !== '--inside') {
  const { status } = spawnSync('unshare', ['-Urn', process.execPath, script, '--inside'], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}

const recorded = JSON.parse(readFileSync(fixture, 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'podlag-capture-'));
try {
  for (const [name, index] of Object.entries(recorded.devices)) {
    execFileSync('ip', ['link', 'add', 'name', name, 'index', String(index), 'type', 'ifb']);
  }
  for (const [name, entries] of Object.entries(recorded.tables)) {
    writeFileSync(join(folder, `${name}.dist`), entries.join(' '));
  }
  for (const line of Object.keys(recorded.messages)) recorded.messages[line] = capture(line);
  writeFileSync(fixture, `${JSON.stringify(recorded, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function capture(line) {
  const sent = tracedMessages('sendmsg', line, join(folder, 'trace'), { TC_LIB_DIR: folder });
  const message = sent.filter((bytes) => bytes.readUInt16LE(4) !== getLink).at(-1);
  if (!message) throw new Error(`nothing was sent by: ${line}`);
  // The sequence number is the time of day.
  message.fill(0, 8, 16);
  return message.toString('hex');
}
