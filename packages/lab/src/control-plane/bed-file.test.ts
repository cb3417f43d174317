import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedFile, readBed, waitForBed, type Bed } from './bed-file';

const bed: Bed = {
  url: 'https://10.99.0.1:6443',
  kubeconfig: '/bed/admin.kubeconfig',
  version: 'v1.36.3',
  from: 'cache',
  auditLog: '/bed/audit.log',
  servers: [],
  pods: [],
};

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'podlag-bed-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('the file of the bed', () => {
  it('is what was written last', async () => {
    const file = new BedFile(join(folder, 'bed.json'));
    await Promise.all([file.write(bed), file.write({ ...bed, version: 'v1.37.0' })]);
    expect(await readBed(file.path)).toEqual({ ...bed, version: 'v1.37.0' });
  });

  it('can be waited for', async () => {
    const file = new BedFile(join(folder, 'bed.json'));
    await file.write(bed);
    const seen = waitForBed(file.path, ({ version }) => (version === 'v1.36.3' ? undefined : version));
    await file.write({ ...bed, version: 'v1.37.0' });
    expect(await seen).toBe('v1.37.0');
  });

  it('is not waited for without end', async () => {
    const file = new BedFile(join(folder, 'bed.json'));
    await file.write(bed);
    await expect(waitForBed(file.path, () => undefined, 1)).rejects.toMatchObject({ code: 'bed-not-ready' });
  });

  it('is missed with a hint outside of the bed', async () => {
    await expect(readBed(undefined)).rejects.toMatchObject({
      code: 'no-bed',
      hint: expect.stringContaining('control-plane run'),
    });
  });
});
