import { Backoff, isPodlagError } from '@podlag/core';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { apiCall } from '../api-call';
import type { Observer, Scope, Watch } from '../kube-api';
import { kept } from '../kept';
import { callFailed, retryAfterMs } from '../kube-errors';
import type { KubeObject, Resource } from '../resource';
import { readCollection } from './collection';
import type { Connection } from './connection';
import { answerOf, answerTo, responseTo, whyUnanswered, type HttpCall } from './http-call';
import { scopePath } from './resource-path';
import { statusError } from './status-error';
import { afterEvents, followedFrom, OutdatedError, type WatchedObjects } from './watched-objects';

export interface WatchLoopOptions<T extends KubeObject> {
  readonly connection: Connection;
  readonly resource: Resource<T>;
  readonly scope: Scope;
  readonly observer: Observer<T>;
  readonly backoff?: Backoff;
}

/** How long the API server is asked to keep a watch open, in seconds. It sends a bookmark about once a minute. */
const watchSeconds = 290;
/** By then it has ended, or there is nobody at the other end. */
const deadlineMs = (watchSeconds + 15) * 1000;
const listMs = 30_000;
const shortestMs = 1_000;

/** Lists, then watches from there, again and again: a watch ends by itself every few minutes. */
export class WatchLoop<T extends KubeObject> implements Watch {
  private readonly ending = new AbortController();
  private readonly backoff: Backoff;
  /** Undefined: what is known is too old to go on from, and has to be listed. */
  private known: WatchedObjects<T> | undefined;
  private silent = false;

  constructor(private readonly options: WatchLoopOptions<T>) {
    this.backoff = options.backoff ?? new Backoff();
    void this.run();
  }

  close(): void {
    this.ending.abort();
  }

  private get isClosed(): boolean {
    return this.ending.signal.aborted;
  }

  private async run(): Promise<void> {
    while (!this.isClosed) {
      try {
        if (this.known === undefined) await this.list();
        else await this.follow(this.known.resourceVersion);
      } catch (error) {
        await this.failed(error);
      }
    }
  }

  private async list(): Promise<void> {
    const { connection, resource, scope } = this.options;
    const limit = { timeoutMs: listMs, signal: this.ending.signal };
    const collection = await readCollection(resource, scope, {
      ask: (path) => answerTo(connection, this.call(path, 'PartialObjectMetadataList'), limit),
      keep: (object) => kept(resource, object),
    });
    this.take(followedFrom(resource, collection));
  }

  /** Of objects of which little is kept little is sent. */
  private call(path: string, partial: string): HttpCall {
    if (this.options.resource.labelsOnly !== true) return { method: 'GET', path };
    const json = 'application/json';
    return { method: 'GET', path, accept: `${json};as=${partial};g=meta.k8s.io;v=v1,${json}` };
  }

  /** Until the server ends it. */
  private async follow(resourceVersion: string): Promise<void> {
    const { connection, resource, scope } = this.options;
    const query = {
      ...{ watch: 'true', allowWatchBookmarks: 'true', resourceVersion },
      timeoutSeconds: String(watchSeconds),
    };
    const path = scopePath(resource, scope, query);
    const options = await connection.options();
    const signal = AbortSignal.any([this.ending.signal, AbortSignal.timeout(deadlineMs)]);
    const response = await responseTo(connection.server, this.call(path, 'PartialObjectMetadata'), {
      ...options,
      signal,
    });
    if (response.statusCode !== 200) {
      const answer = await answerOf(response);
      if (answer.status === 410) throw new OutdatedError(answer.text, true);
      throw statusError(apiCall('watch', resource, scope), answer);
    }
    this.heardAgain();
    const openedMs = performance.now();
    try {
      for await (const lines of linesOf(response)) this.hear(lines);
    } finally {
      // Only now: where each list and watch begins well and ends at once, the pauses have to grow.
      if (performance.now() - openedMs >= shortestMs) this.backoff.reset();
    }
    if (performance.now() - openedMs < shortestMs) await this.pause(this.backoff.next());
  }

  private hear(lines: readonly string[]): void {
    if (this.isClosed || this.known === undefined) return;
    const next = afterEvents(this.options.resource, this.known, lines);
    if (next.objects === this.known.objects) this.known = next;
    else this.take(next);
  }

  private take(next: WatchedObjects<T>): void {
    this.known = next;
    this.silent = false;
    if (!this.isClosed) this.options.observer.changed(next.objects);
  }

  /** What was missed in a silence comes as events; without any, the observer still has to hear that it is over. */
  private heardAgain(): void {
    if (this.silent && this.known !== undefined) this.take(this.known);
  }

  private async failed(error: unknown): Promise<void> {
    if (this.isClosed) return;
    if (error instanceof OutdatedError) this.known = undefined;
    if (!(error instanceof OutdatedError && error.isExpected)) {
      this.silent = true;
      this.options.observer.failed?.(this.problemOf(error));
    }
    await this.pause(Math.max(this.backoff.next(), retryAfterMs(error) ?? 0));
  }

  private async pause(ms: number): Promise<void> {
    // Rejects only when this is closed, and that is the other way for it to end.
    await delay(ms, undefined, { signal: this.ending.signal }).catch(() => undefined);
  }

  private problemOf(error: unknown): Error {
    if (isPodlagError(error)) return error;
    const { resource, scope } = this.options;
    return callFailed('kube-unavailable', apiCall('watch', resource, scope), whyUnanswered(error), error);
  }
}

/** Those that have come together, together. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    const whole = lines.filter((line) => line !== '');
    if (whole.length > 0) yield whole;
  }
}
