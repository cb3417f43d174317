import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGoNewEnough, readGoModule, versionsIn } from './go-module';

const goMod = `module podlag.io/lab/kubernetes

go 1.26.0

require (
	k8s.io/kube-scheduler v0.0.0 // indirect
	k8s.io/kubernetes v1.36.3 // indirect
)

replace k8s.io/kubernetes/extra => example v9.9.9
`;

test('the versions are those that go.mod requires', () => {
  expect(versionsIn('kubernetes', goMod)).toEqual({ goVersion: '1.26.0', version: 'v1.36.3' });
});

test('a requirement may stand alone, and another module has another one', () => {
  const coredns = 'go 1.26\n\nrequire github.com/coredns/coredns v1.15.0\n';
  expect(versionsIn('coredns', coredns)).toEqual({ goVersion: '1.26', version: 'v1.15.0' });
});

test.each(['go 1.26.0', 'k8s.io/kubernetes v1.36.3'])('a go.mod without "%s" is refused', (line) => {
  expect(() => versionsIn('kubernetes', goMod.replace(line, ''))).toThrow('go.mod has no line');
});

test('the file to restore is the one that was read', () => {
  expect(() => versionsIn('coredns', goMod)).toThrow(
    expect.objectContaining({ hint: 'Restore packages/lab/coredns/go.mod.' }),
  );
});

describe('the digest of a module', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podlag-go-module-'));
    await writeFile(join(folder, 'go.mod'), goMod);
    await writeFile(join(folder, 'go.sum'), '');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const digest = async (): Promise<string> => (await readGoModule('kubernetes', folder)).digest;

  it.each(['go.mod', 'go.sum', 'main.go'])('changes with %s', async (file) => {
    const before = await digest();
    await writeFile(join(folder, file), `${goMod}// changed`);
    expect(await digest()).not.toBe(before);
  });

  it('does not change with what Go does not read', async () => {
    const before = await digest();
    await writeFile(join(folder, 'NOTES.md'), 'changed');
    expect(await digest()).toBe(before);
  });
});

test.each([
  ['go1.26.0', '1.26.0', true],
  ['go1.26.8', '1.26.0', true],
  ['go1.27', '1.26.3', true],
  ['go2.0.0', '1.26.0', true],
  ['devel go1.27-1234', '1.26.0', true],
  ['go1.25.9', '1.26.0', false],
  ['go1.9', '1.26.0', false],
  ['go1.26.1', '1.26.2', false],
])('%s for a module that wants %s: %s', (have, wanted, enough) => {
  expect(isGoNewEnough(have, wanted)).toBe(enough);
});
