import { KeyRing } from './key-ring';
import { PublicKeys } from './public-keys';

const now = new Date('2026-11-20T12:00:00.000Z');
const [jwk] = KeyRing.generate(now).publicKeys.document().keys;
const key = jwk!;

test('what another program writes is read: members that nobody asked for, and no name', () => {
  const read = PublicKeys.parse({ generation: 7, keys: [{ ...key, kid: undefined, key_ops: ['verify'] }] });
  expect(read.document()).toEqual({ keys: [key] });
  expect(read.has(key.kid)).toBe(true);
  expect(read.has('another')).toBe(false);
});

test.each<[string, unknown, string]>([
  ['text', '{"keys": []}', 'expected object'],
  ['no key at all', { keys: [] }, 'must have at least one key'],
  ['a private key', { keys: [{ ...key, d: key.x }] }, 'keys.0.d: is the private half'],
  ['another curve', { keys: [{ ...key, crv: 'X25519' }] }, 'keys.0.crv: must be Ed25519'],
  [
    'a name that is not its thumbprint',
    { keys: [{ ...key, kid: 'mine' }] },
    'keys.0.kid: must be the thumbprint',
  ],
  [
    '31 bytes',
    { keys: [{ ...key, x: Buffer.alloc(31).toString('base64url') }] },
    'keys.0.x: must be 32 bytes',
  ],
  ['a second spelling of the same bytes', { keys: [{ ...key, x: `${key.x}=`, kid: undefined }] }, 'keys.0.x'],
  ['more than 16', { keys: Array.from({ length: 17 }, () => key) }, 'keys: '],
])('%s is refused', (_, document, words) => {
  expect(() => PublicKeys.parse(document, 'tokenKeys')).toThrow(
    expect.objectContaining({
      ...{ code: 'invalid-keys', field: 'tokenKeys' },
      detail: expect.stringContaining(words),
    }),
  );
});
