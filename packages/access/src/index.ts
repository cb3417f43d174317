export { accessErrors } from './access-errors';
export type { PrivateJwk, PublicJwk } from './ed25519-jwk';
export { KeyRing } from './key-ring';
export { mostKeys, PublicKeys } from './public-keys';
export { signToken, type SignOptions } from './sign-token';
export { podlagNamespace, tokenConfigMap, tokenSecret } from './token-places';
export type { AgentIdentity, TokenScope } from './token-scope';
export { verifyToken, type VerifyOptions } from './verify-token';
