import type { ServerResponse } from 'node:http';
import { injectorErrors } from './injector-errors';

/** Bounds how many reviews are under way, and with that the memory that half-sent bodies can hold. */
export class ReviewGate {
  private count = 0;

  /** @param most at least 1 */
  constructor(private readonly most: number) {}

  get inFlight(): number {
    return this.count;
  }

  /**
   * Lets a request in until its response is finished or its connection lost.
   *
   * @throws PodlagError `overloaded`, with a Retry-After header (in seconds) on the response
   */
  enter(response: ServerResponse): void {
    if (this.count >= this.most) {
      response.setHeader('Retry-After', '1');
      throw injectorErrors.error('overloaded', `${this.count} requests are being answered already`);
    }
    this.count++;
    response.once('close', () => this.count--);
  }
}
