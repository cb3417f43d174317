import { debianMirrors, sourceLine } from './debian-mirror';

const target = (uri: string, origin: string, label: string): string =>
  `MetaKey: main/binary-amd64/Packages\nRepo-URI: ${uri}\nOrigin: ${origin}\nLabel: ${label}\nSuite: stable\n`;

const updateUri = (uri: string, suite: string): string =>
  `'${uri}/dists/${suite}/InRelease' name_InRelease 0 \n`;

describe('the Debian mirrors of a machine', () => {
  it('are those whose Release file says that they are Debian', () => {
    const indexTargets = [
      target('http://mirror.test/debian-security/', 'Debian', 'Debian-Security'),
      target('http://node.test/', 'nodesource', 'nodesource'),
      target('http://mirror.test/debian/', 'Debian', 'Debian'),
      target('http://mirror.test/debian/', 'Debian', 'Debian'),
    ].join('\n');
    expect(debianMirrors({ indexTargets, updateUris: '' })).toEqual([
      { uri: 'http://mirror.test/debian', known: true },
    ]);
  });

  it('are guessed from what would be fetched on a machine that never fetched an index, the likeliest first', () => {
    const updateUris = [
      updateUri('http://mirror.test/debian-security', 'bookworm-security'),
      updateUri('http://mirror.test/debian', 'bookworm'),
      updateUri('http://mirror.test/debian', 'bookworm-updates'),
      `'http://mirror.test/debian/dists/bookworm/main/binary-amd64/Packages.xz' name 0\n`,
    ].join('');
    expect(debianMirrors({ indexTargets: '', updateUris }).map(({ uri }) => uri)).toEqual([
      'http://mirror.test/debian',
      'http://mirror.test/debian-security',
    ]);
  });

  it('never include one that is known to be of someone else', () => {
    expect(
      debianMirrors({
        indexTargets: target('http://node.test/', 'nodesource', 'nodesource'),
        updateUris: updateUri('http://node.test', 'nodistro') + updateUri('http://mirror.test/debian', 'sid'),
      }),
    ).toEqual([{ uri: 'http://mirror.test/debian', known: false }]);
  });

  it('may be none', () => {
    expect(debianMirrors({ indexTargets: '', updateUris: 'E: no sources\n' })).toEqual([]);
  });
});

test.each([
  ['/keys/debian.gpg', 'deb [arch=amd64 signed-by=/keys/debian.gpg] http://mirror.test/debian forky main\n'],
  [undefined, 'deb [arch=amd64] http://mirror.test/debian forky main\n'],
])('a source is trusted by the keyring %s', (keyring, line) => {
  expect(sourceLine({ uri: 'http://mirror.test/debian', known: true }, 'forky', keyring)).toBe(line);
});
