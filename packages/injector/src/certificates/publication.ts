import type { CaBundle } from './ca-bundle';
import { anyBundle, type PublishedBundles } from './published-bundle';
import { renewedBundle } from './renewal';

/** What API servers are to trust. */
export interface Publication {
  readonly bundle: CaBundle;
  /**
   * Whether they are to trust nothing else. Not while the Secret is not right: other replicas may serve under CAs that
   * only the webhooks still know.
   */
  readonly isWhole: boolean;
}

/** What the webhooks are to say, given what they say. */
export function bundleToPublish({ bundle, isWhole }: Publication, published: PublishedBundles): CaBundle {
  return isWhole ? bundle : renewedBundle(bundle, anyBundle(published));
}
