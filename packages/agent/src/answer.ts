import type { Request, RequestHandler, Response } from 'express';

/** What a handler answers. `text` is for those who ask for text/plain; without it they get the JSON. */
export interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly text?: string;
}

export type Handler = (request: Request) => Answer | Promise<Answer>;

/** One call of the API. `path` in Express's notation. */
export interface Route {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  readonly path: string;
  readonly handle: Handler;
}

/** Nothing here may be kept: every answer is the state of a moment, and some calls change a network. */
export function toExpress(handle: Handler): RequestHandler {
  return async (request, response) => {
    send(request, response, await handle(request));
  };
}

function send(request: Request, response: Response, { status = 200, body, text }: Answer): void {
  response.status(status).set('Cache-Control', 'no-store');
  if (text !== undefined && request.accepts(['json', 'text']) === 'text') {
    response.type('text').send(`${text}\n`);
  } else {
    // With a line break at the end, for the person whose prompt comes after curl's output.
    response.type('json').send(`${JSON.stringify(body)}\n`);
  }
}
