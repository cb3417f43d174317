import { errorTable } from '@podlag/core';

/** What can go wrong with what every cluster has beside its servers. The HTTP status is never answered. */
export const addOnsErrors = errorTable({
  'unknown-placeholder': {
    status: 500,
    title: 'A manifest wants a value that nobody gives',
    hint: 'Correct the name between ${ and }, or give it a value where the manifests are applied.',
  },
  'add-on-refused': {
    status: 500,
    title: 'The API server did not take the add-ons',
    hint: 'See what kubectl said above, and the log of kube-apiserver.',
  },
  'dns-not-available': {
    status: 500,
    title: 'The cluster has no DNS',
    hint: 'See what kubectl said above; `kubectl -n kube-system describe pods` and the log of the kubelet tell more.',
  },
});
