import { FakeClock } from '@podlag/core/testing';
import { graceMs, HostnameBook } from './hostname-book';
import type { Resolution } from './resolver';

/** A name server whose answers are set by hand. */
function bookOn(first: Resolution | Error) {
  const clock = new FakeClock();
  const server = { answer: first, asked: 0, changes: 0 };
  const resolve = () => {
    server.asked++;
    return server.answer instanceof Error ? Promise.reject(server.answer) : Promise.resolve(server.answer);
  };
  const book = new HostnameBook({ resolve, clock, onChange: () => server.changes++ });
  return { book, clock, server };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a name is unresolved until a name server has answered, and then asked again when its TTL is over', async () => {
  const { book, clock, server } = bookOn({ addresses: ['10.0.0.2', '10.0.0.1'], ttlSeconds: 30 });
  book.follow(new Set(['db.example']));
  expect(book.addressesOf('db.example')).toBeUndefined();
  await settled();
  expect(book.addressesOf('db.example')).toEqual(['10.0.0.1', '10.0.0.2']);
  clock.advance(29_999);
  expect(server.asked).toBe(1);
  clock.advance(1);
  expect(server.asked).toBe(2);
  await settled();
  expect(server.changes).toBe(1);
});

test.each([
  [0, 5_000],
  [86_400, 300_000],
])('a TTL of %d s is kept within bounds: asked again after %d ms', async (ttlSeconds, ms) => {
  const { book, clock, server } = bookOn({ addresses: ['10.0.0.1'], ttlSeconds });
  book.follow(new Set(['db.example']));
  await settled();
  clock.advance(ms - 1);
  expect(server.asked).toBe(1);
  clock.advance(1);
  expect(server.asked).toBe(2);
});

test('an address that is no longer told stays a target for a minute, and goes then by itself', async () => {
  const { book, clock, server } = bookOn({ addresses: ['10.0.0.1'], ttlSeconds: 300 });
  book.follow(new Set(['db.example']));
  await settled();
  server.answer = { addresses: ['10.0.0.9'], ttlSeconds: 300 };
  clock.advance(300_000);
  await settled();
  expect(book.addressesOf('db.example')).toEqual(['10.0.0.1', '10.0.0.9']);
  clock.advance(graceMs);
  await settled();
  expect(book.addressesOf('db.example')).toEqual(['10.0.0.9']);
});

test('half an answer moves nobody of the other family, and is asked again soon', async () => {
  const both = { addresses: ['10.0.0.1', 'fd00::1'], ttlSeconds: 300 };
  const { book, clock, server } = bookOn(both);
  book.follow(new Set(['db.example']));
  await settled();
  server.answer = { addresses: ['fd00::2'], ttlSeconds: 300, unanswered: 4 };
  clock.advance(300_000);
  await settled();
  expect(server.asked).toBe(2);
  for (let passed = 0; passed <= graceMs; passed += 5_000) {
    clock.advance(5_000);
    await settled();
  }
  expect(server.asked).toBeGreaterThan(3);
  expect(book.addressesOf('db.example')).toEqual(['10.0.0.1', 'fd00::2']);
});

test('a name server that is down moves nobody: what was known stays, and the reason is told', async () => {
  const { book, clock, server } = bookOn({ addresses: ['10.0.0.1'], ttlSeconds: 5 });
  book.follow(new Set(['db.example']));
  await settled();
  server.answer = new Error('queryA ETIMEOUT db.example');
  clock.advance(5_000);
  await settled();
  expect(book.addressesOf('db.example')).toEqual(['10.0.0.1']);
  expect(book.problemOf('db.example')).toEqual({ detail: 'queryA ETIMEOUT db.example', isAnswered: false });
  server.answer = { addresses: ['10.0.0.1'], ttlSeconds: 5 };
  clock.advance(5_000);
  await settled();
  expect(book.problemOf('db.example')).toBeUndefined();
});

test('an address that was no longer told goes after its minute also when nothing is told any more', async () => {
  const { book, clock, server } = bookOn({ addresses: ['10.0.0.1'], ttlSeconds: 5 });
  book.follow(new Set(['db.example']));
  await settled();
  server.answer = { addresses: ['10.0.0.9'], ttlSeconds: 5 };
  clock.advance(5_000);
  await settled();
  server.answer = new Error('queryA ENODATA db.example');
  for (let passed = 0; passed < graceMs; passed += 1_000) {
    expect(book.addressesOf('db.example')).toEqual(['10.0.0.1', '10.0.0.9']);
    clock.advance(1_000);
    await settled();
  }
  expect(book.addressesOf('db.example')).toEqual(['10.0.0.9']);
});

test('a name that nobody asks for any more is forgotten, also in the middle of a question', async () => {
  const { book, clock, server } = bookOn({ addresses: ['10.0.0.1'], ttlSeconds: 5 });
  book.follow(new Set(['db.example']));
  book.close();
  await settled();
  expect(server.changes).toBe(0);
  expect(clock.nextAt).toBeUndefined();
});
