import { KeyRing, verifyToken, type TokenScope } from '@podlag/access';
import { FakeClock } from '@podlag/core/testing';
import { TokenSource } from './token-source';

const scope: TokenScope = { namespace: 'shop' };

function start(ring: KeyRing | undefined | Error) {
  const clock = new FakeClock();
  const read = { times: 0, ring };
  const source = new TokenSource(() => {
    read.times += 1;
    return read.ring instanceof Error ? Promise.reject(read.ring) : Promise.resolve(read.ring);
  }, clock);
  return { clock, read, source };
}

const newRing = (): KeyRing => KeyRing.generate(new FakeClock().date);

test('a token is good for its scope for five minutes', async () => {
  const ring = newRing();
  const { clock, source } = start(ring);
  const token = await source.tokenFor({ ...scope, pods: ['a'] });
  const verify = (pod: string): Promise<void> =>
    verifyToken(token, {
      ...{ keys: ring.publicKeys, identity: { namespace: 'shop', pod }, now: clock.date },
    });
  await verify('a');
  await expect(verify('b')).rejects.toMatchObject({ code: 'token-elsewhere' });
  clock.advance(299_000);
  await verify('a');
  clock.advance(7_000);
  await expect(verify('a')).rejects.toMatchObject({ code: 'token-expired' });
});

test('a token is kept until a minute before its end, each scope by itself', async () => {
  const { clock, read, source } = start(newRing());
  const tokens = await Promise.all([source.tokenFor(scope), source.tokenFor(scope)]);
  expect(tokens[1]).toBe(tokens[0]);
  expect(await source.tokenFor({ namespace: 'shop', pods: ['b', 'a'] })).toBe(
    await source.tokenFor({ namespace: 'shop', pods: ['a', 'b'] }),
  );
  expect(read.times).toBe(2);
  clock.advance(239_999);
  expect(await source.tokenFor(scope)).toBe(tokens[0]);
  clock.advance(1);
  expect(await source.tokenFor(scope)).not.toBe(tokens[0]);
  expect(await source.tokenFor({ ...scope, keys: true })).not.toBe(await source.tokenFor(scope));
});

test('where there are no keys there is no token, and soon it is looked again', async () => {
  const { clock, read, source } = start(undefined);
  expect(await source.tokenFor(scope)).toBeUndefined();
  read.ring = newRing();
  clock.advance(9_999);
  expect(await source.tokenFor(scope)).toBeUndefined();
  expect(read.times).toBe(1);
  clock.advance(1);
  expect(await source.tokenFor(scope)).toEqual(expect.any(String));
});

test('keys that cannot be read are an error for whoever asks, and soon it is looked again', async () => {
  const { clock, read, source } = start(new Error('forbidden'));
  await expect(source.tokenFor(scope)).rejects.toThrow('forbidden');
  await expect(source.tokenFor(scope)).rejects.toThrow('forbidden');
  expect(read.times).toBe(1);
  read.ring = newRing();
  clock.advance(10_000);
  expect(await source.tokenFor(scope)).toEqual(expect.any(String));
});

test('after forget the keys are read anew', async () => {
  const { read, source } = start(newRing());
  const before = await source.tokenFor(scope);
  read.ring = newRing();
  source.forget();
  expect(await source.tokenFor(scope)).not.toBe(before);
});
