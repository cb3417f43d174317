import { volumeFiles, type ApiVolume, type KeyedData, type VolumeSources } from './volume-files';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const object = (name: string, data: Record<string, string>, binaryData = {}): KeyedData => ({
  metadata: { name, uid: name },
  data,
  binaryData,
});

const sources: VolumeSources = {
  configMap: (name) =>
    name === 'settings' ? object(name, { a: 'one', b: 'two' }, { c: base64('three') }) : undefined,
  secret: (name) => (name === 'certs' ? object(name, { 'tls.key': base64('key') }) : undefined),
  token: ({ audience = '' }) => `token of ${audience}`,
  field: (path) => (path === 'metadata.namespace' ? 'shop' : undefined),
};

/** Path, text and mode of each file. */
const filesOf = (volume: Omit<ApiVolume, 'name'>): readonly string[] =>
  volumeFiles({ name: 'v', ...volume }, sources).map(
    ({ path, data, mode, isToken }) => `${path} ${mode.toString(8)} ${data.toString()}${isToken ? ' *' : ''}`,
  );

const optional = true;
test.each<[string, Omit<ApiVolume, 'name'>, readonly string[]]>([
  [
    'a ConfigMap, text and binary',
    { configMap: { name: 'settings', defaultMode: 0o644 } },
    ['a 644 one', 'b 644 two', 'c 644 three'],
  ],
  [
    'chosen keys, at other paths and with other modes',
    {
      configMap: {
        name: 'settings',
        defaultMode: 0o644,
        items: [{ key: 'b', path: 'deep/b.yaml', mode: 0o400 }],
      },
    },
    ['deep/b.yaml 400 two'],
  ],
  ['a Secret', { secret: { secretName: 'certs', defaultMode: 0o400 } }, ['tls.key 400 key']],
  ['a ConfigMap that may be missing', { configMap: { name: 'other', defaultMode: 0o644, optional } }, []],
  ['a Secret that may be missing', { secret: { secretName: 'other', defaultMode: 0o644, optional } }, []],
  [
    'a key that may be missing',
    { configMap: { name: 'settings', defaultMode: 0o644, optional, items: [{ key: 'z', path: 'z' }] } },
    [],
  ],
  [
    'the volume of a service account',
    {
      projected: {
        defaultMode: 0o644,
        sources: [
          { serviceAccountToken: { path: 'token', audience: 'api', expirationSeconds: 3607 } },
          { configMap: { name: 'settings', items: [{ key: 'a', path: 'ca.crt' }] } },
          { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
        ],
      },
    },
    ['token 644 token of api *', 'ca.crt 644 one', 'namespace 644 shop'],
  ],
])('%s', (_, volume, files) => {
  expect(filesOf(volume)).toEqual(files);
});

test.each<[string, Omit<ApiVolume, 'name'>, string]>([
  ['a ConfigMap', { configMap: { name: 'other', defaultMode: 0o644 } }, 'configmap "other" not found'],
  ['a Secret', { secret: { secretName: 'other', defaultMode: 0o644 } }, 'secret "other" not found'],
  [
    'a key',
    { configMap: { name: 'settings', defaultMode: 0o644, items: [{ key: 'z', path: 'z' }] } },
    'key z of configmap "settings" not found',
  ],
])('%s that is not there keeps the pod waiting', (_, volume, detail) => {
  expect(() => filesOf(volume)).toThrow(detail);
});

test('a kind of volume that the bed has not is named', () => {
  expect(() => filesOf({ hostPath: { path: '/' } } as Omit<ApiVolume, 'name'>)).toThrow('hostPath');
});
