import { errorTable } from '@podlag/core';

/** Why a call to an agent is refused, and what is wrong with keys. */
export const accessErrors = errorTable({
  'token-missing': {
    status: 401,
    title: 'A token is needed',
    hint: 'Send Authorization: Bearer TOKEN, or Podlag-Authorization: Bearer TOKEN through the API server. kubectl podlag does so by itself.',
  },
  'token-invalid': {
    status: 401,
    title: 'Not a token that this agent accepts',
    hint: 'Have a new one signed with the key of the Secret podlag-token-keys; kubectl podlag does so by itself.',
  },
  'token-expired': {
    status: 401,
    title: 'The token has expired',
    hint: 'Have a new one signed. Where it is new, compare the clocks of this machine and of the node.',
  },
  'token-not-yet-valid': {
    status: 401,
    title: 'The token is not valid yet',
    hint: 'Compare the clocks of the machine that signed it and of the node.',
  },
  'token-elsewhere': {
    status: 403,
    title: 'The token is for other pods',
    hint: 'Have one signed for the namespace of this pod, and for this pod or for all of them.',
  },
  'token-without-scope': {
    status: 403,
    title: 'The token does not go so far',
    hint: 'The keys of an agent are replaced with a token that has the claim "keys": true.',
  },
  'invalid-keys': {
    status: 400,
    title: 'Not the keys of tokens',
    hint: 'Give {"keys": [...]}, Ed25519 keys as JWK (RFC 8037), as GET /v1/keys answers it. Emptied, the Secret podlag-token-keys is filled anew by the controller.',
  },
});
