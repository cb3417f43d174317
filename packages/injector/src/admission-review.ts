import * as z from 'zod';
import type { Decision } from './decision';
import { fieldName } from './field-path';
import { injectorErrors } from './injector-errors';

/** The versions of admission.k8s.io that are understood; an answer has the version of its question. */
const apiVersions = ['admission.k8s.io/v1', 'admission.k8s.io/v1beta1'] as const;

const reviewSchema = z.object({
  apiVersion: z.enum(apiVersions, `must be ${apiVersions.join(' or ')}`),
  kind: z.literal('AdmissionReview', 'must be AdmissionReview'),
  request: z.object({
    uid: z.string().min(1, 'must not be empty'),
    operation: z.string(),
    resource: z.object({ group: z.string().default(''), resource: z.string() }),
    subResource: z.string().nullish(),
    namespace: z.string().nullish(),
    name: z.string().nullish(),
    dryRun: z.boolean().nullish(),
    object: z.unknown(),
  }),
});

/** The question of the API server, as far as it is read. */
export type AdmissionReview = z.output<typeof reviewSchema>;

/** An answer, in the field's own words (admission.k8s.io `AdmissionResponse`). */
export interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly patch?: Extract<Decision, { kind: 'inject' }>['patch'] | undefined;
  /** The reason code, also put into the audit log. */
  readonly reason: string;
  readonly detail: string;
  readonly warnings: readonly string[];
}

/**
 * Reads a request's body.
 *
 * @throws PodlagError `malformed-json`, `not-an-admission-review`
 */
export function readReview(body: string): AdmissionReview {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch (cause) {
    // V8's message quotes the text around the fault, which may be a secret out of the pod: it is left out.
    throw injectorErrors.error('malformed-json', `the body (${body.length} characters) is not JSON`, {
      cause,
    });
  }
  return checked(reviewSchema, document, '');
}

/**
 * Checks `value` by a schema; `within` is where it stands in the review.
 *
 * @throws PodlagError `not-an-admission-review` that names the field
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, within: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = [within, fieldName(issue?.path ?? [])].filter((part) => part !== '').join('.');
  throw injectorErrors.error(
    'not-an-admission-review',
    `${field || 'body'}: ${issue?.message ?? 'invalid'}`,
    {
      field: field || 'body',
    },
  );
}

/** The whole answer as the API server wants it: uid and apiVersion are those of the question. */
export function printReview({ apiVersion, request }: AdmissionReview, answer: AdmissionAnswer): string {
  const uid = JSON.stringify(request.uid);
  return `{"apiVersion":"${apiVersion}","kind":"AdmissionReview","response":{"uid":${uid},${printAnswer(answer)}}}`;
}

/** Answers are never changed, and most reviews have the very same one (see standardDecision). */
const printed = new WeakMap<AdmissionAnswer, string>();

/** The fields of an AdmissionResponse, without the braces. */
function printAnswer(answer: AdmissionAnswer): string {
  const known = printed.get(answer);
  if (known !== undefined) return known;
  const text = JSON.stringify({
    allowed: answer.allowed,
    ...(answer.allowed ? {} : { status: refusal(answer) }),
    ...(answer.patch === undefined ? {} : { patchType: 'JSONPatch', patch: base64(answer.patch) }),
    warnings: answer.warnings,
    auditAnnotations: { decision: answer.reason, detail: answer.detail },
  }).slice(1, -1);
  printed.set(answer, text);
  return text;
}

/** A metav1.Status; `message` is what kubectl prints. */
function refusal({ warnings }: AdmissionAnswer): object {
  return { code: 403, reason: 'Forbidden', message: warnings.join(' ') };
}

function base64(patch: NonNullable<AdmissionAnswer['patch']>): string {
  return Buffer.from(JSON.stringify(patch)).toString('base64');
}
