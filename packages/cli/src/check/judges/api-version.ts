import type { Check } from '../check';
import type { BeforeInstall } from '../evidence';
import { failed, ok } from '../verdict';

/** matchConditions of webhooks, without which some pods would be asked about in vain, are on by default from here. */
const oldest = 27;

/** The release of the API server. */
export const apiVersion: Check<Pick<BeforeInstall, 'server'>> = {
  name: 'api-version',
  group: 'Kubernetes API',
  judge({ server: { major, minor } }) {
    const words = `the API server is Kubernetes ${major}.${minor}`;
    if (major > 1 || minor >= oldest) return ok(words);
    return failed(
      `${words}: podlag needs 1.${oldest} or later`,
      `Upgrade the cluster to Kubernetes 1.${oldest} or later.`,
    );
  },
};
