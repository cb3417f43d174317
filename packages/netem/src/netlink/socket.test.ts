import { constants } from 'node:os';
import { MessageReader, MessageWriter } from './attributes';
import { flag, type Request } from './message';
import type { RawSocket } from './raw-socket';
import { NetlinkSocket } from './socket';

/** The other end of a socket: what it is asked, and what it says. */
interface Kernel {
  readonly asked: { readonly type: number; readonly flags: number; readonly sequence: number }[][];
  opened: number;
}

type Say = (...messages: readonly Uint8Array[]) => void;

/** `answer` plays the kernel: it gets what came in one call, and says datagrams. */
function socketTo(answer: (asked: Kernel['asked'][number], say: Say, fail: (error: Error) => void) => void): {
  socket: NetlinkSocket;
  kernel: Kernel;
} {
  const kernel: Kernel = { asked: [], opened: 0 };
  const open = (): Promise<RawSocket> => {
    kernel.opened += 1;
    const listeners: Record<string, (value: never) => void> = {};
    return Promise.resolve({
      on: (event: string, listener: (value: never) => void) => (listeners[event] = listener),
      send: (datagram: Uint8Array) => {
        const asked = requestsIn(datagram);
        kernel.asked.push(asked);
        setImmediate(() =>
          answer(
            asked,
            (...messages) => listeners.message?.(Buffer.concat(messages) as never),
            (error) => listeners.error?.(error as never),
          ),
        );
      },
      ref: () => undefined,
      unref: () => undefined,
      close: () => undefined,
    });
  };
  return { socket: new NetlinkSocket({ timeoutMs: 200, open }), kernel };
}

function requestsIn(datagram: Uint8Array): Kernel['asked'][number] {
  const all = MessageReader.of(datagram);
  const found: { type: number; flags: number; sequence: number }[] = [];
  for (let at = 0; at < all.length; at += all.u32(at)) {
    found.push({ type: all.u16(at + 4), flags: all.u16(at + 6), sequence: all.u32(at + 8) });
  }
  return found;
}

const message = (type: number, sequence: number, flags: number, ...words: readonly number[]): Uint8Array =>
  new MessageWriter()
    .u32(16 + 4 * words.length)
    .u16(type, flags)
    .u32(sequence, 0, ...words)
    .bytes();

const answerTo = (sequence: number, errno: number): Uint8Array => message(2, sequence, 0, -errno);
const object = (sequence: number, value: number, flags = 0): Uint8Array =>
  message(36, sequence, flags, value);
const done = (sequence: number, flags = 0): Uint8Array => message(3, sequence, flags, 0);

const request: Request = { type: 36, flags: flag.create, body: (writer) => writer.u32(0) };
const many = (count: number): readonly Request[] => Array.from({ length: count }, () => request);

test('many requests go in calls of 128, and only the last of each asks for an answer', async () => {
  const { socket, kernel } = socketTo((asked, say) => say(answerTo(asked.at(-1)!.sequence, 0)));
  expect(await socket.request(many(300))).toEqual(Array(300).fill({ errno: 0, objects: [] }));
  expect(kernel.asked.map(({ length }) => length)).toEqual([128, 128, 44]);
  const asking = kernel.asked.map((asked) => asked.map(({ flags }) => (flags & flag.acknowledge) !== 0));
  for (const chunk of asking) expect(chunk).toEqual([...Array<boolean>(chunk.length - 1).fill(false), true]);
});

test('a call has no more than 64 kB but for one message', async () => {
  const large: Request = { ...request, body: (writer) => writer.u32(...Array<number>(10_000).fill(1)) };
  const { socket, kernel } = socketTo((asked, say) => say(answerTo(asked.at(-1)!.sequence, 0)));
  await socket.request([large, large, large, large]);
  expect(kernel.asked.map(({ length }) => length)).toEqual([2, 2]);
});

test('each refusal is that of its request, in whatever datagrams it comes', async () => {
  const { socket } = socketTo((asked, say) => {
    say(answerTo(asked[1]!.sequence, 17), answerTo(asked[3]!.sequence, 2));
    say(answerTo(asked[4]!.sequence, 0));
  });
  expect((await socket.request(many(5))).map(({ errno }) => errno)).toEqual([0, 17, 0, 2, 0]);
});

test('an answer to a request of before is not taken for one of now', async () => {
  const { socket } = socketTo((asked, say) => {
    say(answerTo(asked[0]!.sequence - 1, 17));
    say(answerTo(asked[0]!.sequence, 0));
  });
  await socket.request(many(1));
  expect(await socket.request(many(1))).toEqual([{ errno: 0, objects: [] }]);
});

test('a list that changed while it was read is read again', async () => {
  const { socket, kernel } = socketTo(([asked], say) => {
    const interrupted = kernel.asked.length < 3 ? flag.dumpInterrupted : 0;
    say(object(asked!.sequence, 1), object(asked!.sequence, 2, interrupted));
    say(done(asked!.sequence));
  });
  const { objects } = await socket.dump(request);
  expect(objects.map((one) => one.u32())).toEqual([1, 2]);
  expect(kernel.asked).toHaveLength(3);
});

test('a list that never stands still is an error', async () => {
  const { socket } = socketTo(([asked], say) => say(done(asked!.sequence, flag.dumpInterrupted)));
  await expect(socket.dump(request)).rejects.toMatchObject({ code: 'netlink-failed' });
});

test('a kernel that does not answer is given up, and asked again over another socket', async () => {
  const { socket, kernel } = socketTo((asked, say) => {
    if (kernel.opened > 1) say(answerTo(asked[0]!.sequence, 0));
  });
  await expect(socket.request(many(1))).rejects.toMatchObject({ code: 'netlink-timeout' });
  expect(await socket.request(many(1))).toEqual([{ errno: 0, objects: [] }]);
  expect(kernel.opened).toBe(2);
});

test('a socket that is closed keeps nobody waiting, and the next request opens another', async () => {
  const { socket, kernel } = socketTo((asked, say) => {
    if (kernel.opened === 1) socket.close();
    else say(answerTo(asked[0]!.sequence, 0));
  });
  await expect(socket.request(many(1))).rejects.toMatchObject({
    code: 'netlink-failed',
    detail: expect.stringContaining('was closed'),
  });
  expect(await socket.request(many(1))).toEqual([{ errno: 0, objects: [] }]);
  expect(kernel.opened).toBe(2);
});

test('answers that were lost for want of room are an error, and the socket is replaced', async () => {
  const { socket, kernel } = socketTo((asked, say, fail) => {
    const error = Object.assign(new Error('No buffer space available'), { errno: constants.errno.ENOBUFS });
    if (kernel.opened === 1) fail(error);
    else say(answerTo(asked[0]!.sequence, 0));
  });
  await expect(socket.request(many(1))).rejects.toMatchObject({
    code: 'netlink-failed',
    detail: expect.stringContaining('No buffer space'),
  });
  await socket.request(many(1));
  expect(kernel.opened).toBe(2);
});
