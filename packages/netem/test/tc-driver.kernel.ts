import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tcDriver, type QdiscDriver, type TcDriver } from '@podlag/netem';
import { describeAmongOthers } from './among-others';
import { describeDriver, treeFor } from './driver-conformance';
import { makeLink, type Link } from './link';

jest.setTimeout(120_000);

const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const tableDirectory = mkdtempSync(join(tmpdir(), 'podlag-tc-'));
let link: Link;
let driver: TcDriver;
let bold: QdiscDriver;

beforeAll(() => {
  link = makeLink();
  driver = tcDriver({ tableDirectory, env });
  bold = tcDriver({ tableDirectory, env, takeOverRoot: true });
});
afterAll(() => {
  driver.close();
  bold.close();
  link.remove();
});

const slow = { delay: { time: '20ms' } };

describeDriver('the tc driver', () => ({ driver, device: link.device }));
describeAmongOthers('the tc driver', () => ({ driver, bold, device: link.device }));

describe('the tc driver and its tc', () => {
  afterEach(async () => {
    await driver.apply(treeFor(link.device));
    await driver.tidy(treeFor(link.device), true);
  });

  test('a tc that is killed between changes is replaced, and nobody notices', async () => {
    for (let round = 1; round <= 5; round += 1) {
      await driver.apply(treeFor(link.device, { delay: { time: `${round}ms` } }));
      for (const pid of driver.pids) if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
    const tree = treeFor(link.device, slow);
    await driver.apply(tree);
    expect((await driver.read(tree)).differences).toEqual([]);
  });

  test('without permission the error says which one is needed, and how to give it', async () => {
    // A user namespace's root is nobody to this device.
    const powerless = tcDriver({ tableDirectory, env, tc: powerlessTc() });
    await expect(powerless.apply(treeFor(link.device, slow))).rejects.toMatchObject({
      code: 'no-permission',
      hint: expect.stringContaining('NET_ADMIN'),
    });
    powerless.close();
  });

  test('of all tables only those in force stay on the disk: the volume is small', async () => {
    const jittered = (table: readonly number[], to: readonly unknown[]): Record<string, unknown> => ({
      delay: { time: '20ms', jitter: '5ms', distribution: { table } },
      to,
    });
    for (const last of [1, 2, 3]) {
      const [here, there] = [[{ cidr: '10.1.0.0/16' }], [{ cidr: '10.2.0.0/16' }]];
      await driver.apply(
        treeFor(link.device, jittered([-1, 0, last], here), jittered([-1, -1, last], there)),
      );
    }
    expect(readdirSync(tableDirectory).filter((name) => name.includes('.dist'))).toHaveLength(2);
  });

  test('a table that cannot be written is said so', async () => {
    const tableless = tcDriver({ tableDirectory: join(powerlessTc(), 'below-a-file'), env });
    const jittered = treeFor(link.device, { delay: { time: '20ms', jitter: '5ms' } });
    await expect(tableless.apply(jittered)).rejects.toMatchObject({
      code: 'table-unwritable',
      hint: expect.stringContaining('PODLAG_RUN_DIRECTORY'),
    });
    tableless.close();
  });
});

/** A tc without NET_ADMIN: as in a container whose securityContext was changed after the injection. */
function powerlessTc(): string {
  const file = join(tableDirectory, 'powerless-tc');
  execFileSync('tee', [file], {
    input: '#!/bin/sh\nexec setpriv --bounding-set -net_admin --inh-caps -net_admin tc "$@"\n',
  });
  chmodSync(file, 0o755);
  return file;
}
