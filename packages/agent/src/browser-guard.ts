import type { RequestHandler } from 'express';
import { agentErrors } from './agent-errors';

/**
 * `GET /latency/20ms` changes a network, against the rule that GET changes nothing (RFC 9110, 9.2.1). curl is fine;
 * a link, an image or a prefetch in a page is not. Browsers say so themselves: by Sec-Fetch-Mode (Fetch Metadata),
 * the older ones by their name.
 */
export const refuseBrowsers: RequestHandler = (request, _response, next) => {
  const agent = request.get('user-agent') ?? '';
  if (request.get('sec-fetch-mode') !== undefined || agent.includes('Mozilla')) {
    throw agentErrors.error(
      'browser-refused',
      `${request.method} ${request.originalUrl} changes the network of this pod`,
    );
  }
  next();
};
