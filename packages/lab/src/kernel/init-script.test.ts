import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initFiles, initScript } from './init-script';
import { runProgram } from './run-program';

describe('the init script', () => {
  it('is bash that parses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'podlag-init-'));
    try {
      const file = join(folder, initFiles.init);
      await writeFile(file, initScript);
      expect(await runProgram('bash', ['-n', file])).toEqual({ code: 0, stdout: '', stderr: '' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(Object.values(initFiles).filter((name) => name !== initFiles.init))(
    'reads the file %s beside itself',
    (name) => {
      expect(initScript).toContain(`"$dir/${name}"`);
    },
  );

  it('is the same for every command: nothing of one is pasted into it', () => {
    expect(initScript).not.toContain('undefined');
    expect(initScript).toContain('"${argv[@]}"');
  });
});
