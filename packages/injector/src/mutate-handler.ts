import type { Logger } from '@podlag/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { admit, type Admission, type AdmissionContext } from './admission';
import { printReview, readReview } from './admission-review';
import type { EventSink } from './events/event-writer';
import { sendProblem, visibleError } from './http-problem';
import type { InjectorMetrics } from './metrics';
import { readJsonBody } from './request-body';
import type { ReviewGate } from './review-gate';

export interface MutateParts {
  readonly context: AdmissionContext;
  readonly events: EventSink;
  readonly gate: ReviewGate;
  readonly metrics: InjectorMetrics;
  readonly logger: Logger;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers an AdmissionReview with an AdmissionReview, and anything else with a problem. */
export function mutateHandler(given: MutateParts): Handler {
  const parts = { ...given, reviewLogger: reviewLoggers(given.logger) };
  return async (request, response) => {
    const startMs = performance.now();
    try {
      parts.gate.enter(response);
      const review = readReview(await readJsonBody(request));
      const admission = admit(review, parts.context);
      const body = printReview(review, admission.answer);
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      });
      // As a string it goes out in one piece with the header; a Buffer would be a write, and a TLS record, of its own.
      response.end(body);
      recordReview(parts, review.request.uid, admission, startMs);
      if (admission.event !== undefined) parts.events.tell(admission.event);
    } catch (error) {
      const problem = recordError(parts, error, startMs);
      if (!response.headersSent) sendProblem(response, problem);
    }
  };
}

type ReviewLogger = (result: string, reason: string) => Logger;

/**
 * A logger for each outcome, whose fields are printed once. Without redaction: looking for secrets to black out would
 * cost more than the rest of a line, and a review's line has none, its fields are all named here.
 */
function reviewLoggers(logger: Logger): ReviewLogger {
  const loggers = new Map<string, Logger>();
  return (result, reason) => {
    const known = loggers.get(reason);
    if (known !== undefined) return known;
    const made = logger.child({ result, reason }, { redact: [] });
    loggers.set(reason, made);
    return made;
  };
}

// Never the object: a pod's environment and annotations may hold secrets.
function recordReview(
  { metrics, reviewLogger }: MutateParts & { readonly reviewLogger: ReviewLogger },
  uid: string,
  { result, reason, namespace, name }: Admission,
  startMs: number,
): void {
  const ms = performance.now() - startMs;
  metrics.reviewed(result, reason, ms / 1000);
  const fields = { uid: short(uid), namespace: short(namespace), name: short(name), ms: rounded(ms) };
  reviewLogger(result, reason).info(fields, 'review');
}

function recordError(
  { metrics, logger }: MutateParts,
  error: unknown,
  startMs: number,
): ReturnType<typeof visibleError> {
  const ms = performance.now() - startMs;
  const problem = visibleError(error);
  metrics.reviewed('error', problem.code, ms / 1000);
  const { code, detail } = problem;
  if (code === 'internal') logger.error({ err: error, code, ms: rounded(ms) }, 'review failed');
  else logger.warn({ code, detail, ms: rounded(ms) }, 'no review');
  return problem;
}

/** No name in Kubernetes is longer than 253; what is longer comes from somebody else. */
function short(text: string): string {
  return text.length <= 253 ? text : text.slice(0, 253);
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
