import * as z from 'zod';

const certificate = z.object({
  what: z.enum(['webhook certificate', 'CA']),
  where: z.string().describe('namespace/Secret and key'),
  subject: z.string(),
  notBefore: z.string().describe('RFC 3339'),
  notAfter: z.string().describe('RFC 3339'),
  state: z.enum(['valid', 'expired', 'not yet valid']),
});

const tokenKey = z.object({
  kid: z.string(),
  created: z.string().describe('RFC 3339'),
  role: z.enum(['signs', 'next', 'retired']),
});

/** -o json of certs. */
export const certsOutput = z.object({
  certificates: z.array(certificate),
  tokenKeys: z.array(tokenKey).describe('they do not expire; the controller rotates them'),
});

export type Certificate = Readonly<z.output<typeof certificate>>;
export type TokenKey = Readonly<z.output<typeof tokenKey>>;
