import { constants } from 'node:os';
import { TaskQueue } from '@podlag/core';
import { netemErrors } from '../netem-errors';
import { MessageWriter, type MessageReader } from './attributes';
import { askForAnswer, flag, readReplies, writeRequest, type Reply, type Request } from './message';
import { openRawSocket, type RawSocket } from './raw-socket';

/** What the kernel said to one request. */
export interface Answer {
  /** 0: done. */
  readonly errno: number;
  /** What it showed, for a request that asks for something. */
  readonly objects: readonly MessageReader[];
}

export interface NetlinkSocketSettings {
  /** After this the socket is taken for stuck and is replaced. */
  readonly timeoutMs: number;
  readonly open?: () => Promise<RawSocket>;
}

/**
 * The most that goes to the kernel in one call. It answers a refused request with the whole of it, and all the answers
 * must find room in the receive buffer, which is 208 kB where nobody has made it larger.
 */
const chunk = { messages: 128, bytes: 64 << 10 };

/** A list that changed while it was read is read again, as often as this. */
const dumpAttempts = 10;

interface Exchange {
  take(reply: Reply): void;
  fail(error: Error): void;
}

/**
 * Requests to rtnetlink and its answers. Many requests go out in one call, and only the last of them asks for an answer
 * when all is well: a refusal is always answered, in order, so that the last answer says that there are no others.
 */
export class NetlinkSocket {
  #socket: RawSocket | undefined;
  #sequence = 0;
  #exchange: Exchange | undefined;
  readonly #queue = new TaskQueue();

  constructor(private readonly settings: NetlinkSocketSettings) {}

  /**
   * Resolves to an answer for each request, in their order. A request that fails does not keep those after it back.
   *
   * @throws PodlagError `netlink-missing`, `netlink-failed`, `netlink-timeout`
   */
  request(requests: readonly Request[]): Promise<readonly Answer[]> {
    return this.#queue.run(async () => {
      const answers: Answer[] = [];
      for (let start = 0; start < requests.length;) {
        const part = await this.#sendChunk(requests, start);
        answers.push(...part);
        start += part.length;
      }
      return answers;
    });
  }

  /**
   * All objects of a kind, as of one moment.
   *
   * @throws PodlagError as `request` does; `netlink-failed` also for a list that does not stand still
   */
  dump(request: Request): Promise<Answer> {
    return this.#queue.run(async () => {
      for (let attempt = 0; attempt < dumpAttempts; attempt += 1) {
        const answer = await this.#dumpOnce(request);
        if (answer) return answer;
      }
      throw netemErrors.error('netlink-failed', `the list changed ${dumpAttempts} times while it was read`);
    });
  }

  /** What waits for an answer fails at once; another socket is opened for the next request. */
  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#exchange?.fail(new Error('the socket was closed'));
    // Not from within a callback of its own, after which its native part goes on using it.
    if (socket) setImmediate(() => socket.close());
  }

  #sendChunk(requests: readonly Request[], start: number): Promise<readonly Answer[]> {
    const writer = new MessageWriter(4096);
    const first = this.#nextSequence();
    let count = 0;
    let last = { offset: 0, flags: 0 };
    for (const request of requests.slice(start, start + chunk.messages)) {
      if (count > 0 && writer.length > chunk.bytes) break;
      last = { offset: writer.length, flags: request.flags };
      writeRequest(writer, request, first + count);
      count += 1;
    }
    this.#sequence = first + count - 1;
    askForAnswer(writer, last.offset, last.flags);
    const answers = Array.from({ length: count }, () => ({ errno: 0, objects: [] as MessageReader[] }));
    return this.#send(writer.bytes(), (reply) => {
      const answer = answers[reply.sequence - first];
      if (!answer) return undefined;
      if (reply.kind === 'object') answer.objects.push(reply.body);
      else answer.errno = reply.errno;
      return reply.kind !== 'object' && reply.sequence === this.#sequence ? answers : undefined;
    });
  }

  /** Undefined when it has to be read again. */
  async #dumpOnce(request: Request): Promise<Answer | undefined> {
    const writer = new MessageWriter();
    const sequence = this.#nextSequence();
    writeRequest(writer, request, sequence, flag.dump);
    const objects: MessageReader[] = [];
    const interruptions: Reply[] = [];
    const errno = await this.#send(writer.bytes(), (reply) => {
      if (reply.sequence !== sequence) return undefined;
      if (reply.kind !== 'answer' && reply.interrupted) interruptions.push(reply);
      if (reply.kind !== 'object') return reply.errno;
      objects.push(reply.body);
      return undefined;
    });
    return interruptions.length > 0 || errno === constants.errno.EINTR ? undefined : { errno, objects };
  }

  /** Sequence numbers have 32 bits; 0 is the kernel's own. */
  #nextSequence(): number {
    this.#sequence = this.#sequence >= 0x7fff_0000 ? 1 : this.#sequence + 1;
    return this.#sequence;
  }

  /** Sends, and hands each reply to `take` until that returns something. */
  async #send<T>(datagram: Uint8Array, take: (reply: Reply) => T | undefined): Promise<T> {
    const socket = this.#socket ?? (await this.#open());
    socket.ref();
    try {
      return await new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => {
          const { timeoutMs } = this.settings;
          reject(netemErrors.error('netlink-timeout', `the kernel gave no answer within ${timeoutMs} ms`));
        }, this.settings.timeoutMs);
        this.#exchange = {
          take: (reply) => {
            const result = take(reply);
            if (result === undefined) return;
            clearTimeout(timer);
            resolve(result);
          },
          fail: (error) => {
            clearTimeout(timer);
            reject(netemErrors.error('netlink-failed', error.message, { cause: error }));
          },
        };
        socket.send(datagram, undefined, (error) => error && this.#exchange?.fail(error));
      });
    } catch (error) {
      // What still comes belongs to nobody.
      this.close();
      throw error;
    } finally {
      this.#exchange = undefined;
      if (this.#socket === socket) socket.unref();
    }
  }

  async #open(): Promise<RawSocket> {
    const socket = await (this.settings.open ?? openRawSocket)();
    socket.on('message', (datagram) => {
      if (socket !== this.#socket) return;
      for (const reply of readReplies(datagram)) this.#exchange?.take(reply);
    });
    // ENOBUFS too: answers were lost for want of room.
    socket.on('error', (error) => {
      if (socket !== this.#socket) return;
      this.#exchange?.fail(error);
      this.close();
    });
    this.#socket = socket;
    return socket;
  }
}
