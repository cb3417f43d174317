import type { IncomingMessage } from 'node:http';
import { injectorErrors } from './injector-errors';

/**
 * The largest body that is read, in bytes. An object may have 3 MB on its way into etcd and a review may carry two of
 * them; controller-runtime draws the line at the same place.
 */
export const largestBodyBytes = 7 * 1024 * 1024;

const json = /^application\/json\s*(;|$)/i;

/**
 * The whole body of a JSON request as text.
 *
 * @throws PodlagError `unsupported-media-type`, `body-too-large`, `incomplete-body`
 */
export function readJsonBody(request: IncomingMessage, limitBytes = largestBodyBytes): Promise<string> {
  const contentType = request.headers['content-type'] ?? '';
  if (!json.test(contentType)) {
    const detail =
      contentType === '' ? 'no Content-Type is given' : 'the Content-Type is not application/json';
    return Promise.reject(injectorErrors.error('unsupported-media-type', detail));
  }
  if (Number(request.headers['content-length'] ?? 0) > limitBytes)
    return Promise.reject(tooLarge(limitBytes));
  return collect(request, limitBytes);
}

// Node discards what is left of a body when the answer is out, so nothing has to be read here after an error.
function collect(request: IncomingMessage, limitBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(tooLarge(limitBytes));
      }
    });
    request.once('end', () => resolve(text(chunks)));
    request.once('error', (cause) => {
      const detail = `the connection ended after ${bytes} bytes`;
      reject(injectorErrors.error('incomplete-body', detail, { cause }));
    });
  });
}

function text(chunks: readonly Buffer[]): string {
  return chunks.length === 1 && chunks[0] !== undefined
    ? chunks[0].toString()
    : Buffer.concat(chunks).toString();
}

function tooLarge(limitBytes: number): Error {
  return injectorErrors.error('body-too-large', `the body has more than ${limitBytes} bytes`);
}
