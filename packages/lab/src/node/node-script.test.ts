import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../kernel/run-program';
import { nodeScript, scriptEnvironment } from './node-script';

const folders = { tree: '/c/tree', kernel: '/c/kernel', files: '/s/files', logs: '/s/logs' };
const environments = {
  run: scriptEnvironment(
    { kind: 'run', name: 'node-1', address: '10.76.0.11', kubelet: '/c/kubelet' },
    folders,
  ),
  prepare: scriptEnvironment({ kind: 'prepare', archive: '/c/images-1.tar' }, folders),
};

describe("the node's script", () => {
  it('is bash that parses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'podlag-node-'));
    try {
      const file = join(folder, 'script');
      await writeFile(file, nodeScript);
      expect(await runProgram('bash', ['-n', file])).toEqual({ code: 0, stdout: '', stderr: '' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is told in its environment what it is to do, and where what it needs is', () => {
    expect(environments).toEqual({
      run: {
        PODLAG_TASK: 'run',
        PODLAG_NAME: 'node-1',
        PODLAG_ADDRESS: '10.76.0.11',
        PODLAG_KUBELET: '/c/kubelet',
        PODLAG_TREE: '/c/tree',
        PODLAG_KERNEL: '/c/kernel',
        PODLAG_FILES: '/s/files',
        PODLAG_LOGS: '/s/logs',
      },
      prepare: expect.objectContaining({ PODLAG_TASK: 'prepare', PODLAG_ARCHIVE: '/c/images-1.tar' }),
    });
  });

  it('reads all that it is told, and nothing that it is not', () => {
    const read = new Set(nodeScript.match(/PODLAG_[A-Z]+/g));
    expect(read).toEqual(
      new Set(Object.values(environments).flatMap((environment) => Object.keys(environment))),
    );
  });

  it('uses what it is told as one word, whatever is in it', () => {
    const unquoted = nodeScript.match(/^[^"\n]*(?:"[^"\n]*"[^"\n]*)*\$PODLAG_.*$/gm) ?? [];
    // Between double brackets nothing is split.
    expect(unquoted.filter((line) => !line.includes('[[ $PODLAG_TASK =='))).toEqual([]);
  });
});
