import { count, list, object, ref, text, type Schema } from './openapi-schema';

const jwk = {
  kty: { const: 'OKP' },
  crv: { const: 'Ed25519' },
  x: text('The public key, 32 bytes in base64url.'),
};

export const keySchemas: Record<string, Schema> = {
  TokenKey: object({
    ...jwk,
    kid: text('The thumbprint of the key (RFC 7638).'),
    alg: { const: 'EdDSA' },
    use: { const: 'sig' },
  }),
  TokenKeys: object({
    generation: count('Counted up by who replaces them; 0 for those that the pod was created with.'),
    keys: { ...list(ref('TokenKey')), description: 'A JWK Set (RFC 7517); empty in open mode.' },
  }),
};

/** Of `PUT /v1/keys`. Members of a JWK that are not named are passed over, as RFC 7517 asks. */
export const keysRequest: Schema = {
  required: true,
  content: {
    'application/json': {
      schema: object({
        generation: count('Not lower than the one in force.'),
        keys: {
          ...list({ ...object(jwk), additionalProperties: true }),
          ...{ minItems: 1, maxItems: 16 },
        },
      }),
    },
  },
};

/** In open mode nobody asks for a token, so each call has a way without. */
export const security: readonly Schema[] = [{}, { token: [] }];

export const securitySchemes: Record<string, Schema> = {
  token: {
    ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    description:
      'In token mode, for each call that changes something; by way of the API server in the header Podlag-Authorization.',
  },
};
