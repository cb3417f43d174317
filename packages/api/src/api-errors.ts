import { errorTable } from '@podlag/core';

/** The errors of podlag's custom resources. */
export const apiErrors = errorTable({
  'invalid-object': {
    status: 422,
    title: 'Not an object of podlag.io/v1alpha1',
    hint: 'Correct the field; "kubectl explain" shows what it takes, as in: kubectl explain networkfault.spec',
  },
});
