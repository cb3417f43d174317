import { kubectl } from '../../deploy/command';
import { namespace } from '../../install/installation';
import { typed } from '../../install/readme-lines';
import { kustomization } from './image-names';
import { claim } from './namespaces';
import { suite } from './suite';
import { rolledOutIn } from './waiting';

/** The README's line that installs by kustomize. */
export const installLine = 'kubectl apply -k deploy/';

/** Whose podlag-system is, by its label: all files have one installation. */
const owner = 'installed';

/** Types the line, with an overlay for deploy/ where the images have other names. @returns what kubectl said */
export async function typeInstallLine(): Promise<string> {
  try {
    if (suite.imagesAsShipped) return typed(installLine);
    return await kubectl(['apply', '-k', await kustomization()]);
  } finally {
    await claimInstallation();
  }
}

/** podlag-system is the suite's own: what has installed podlag in another way than by `typeInstallLine` says it by this. */
export function claimInstallation(): Promise<void> {
  return claim(owner, namespace);
}

/**
 * podlag is installed, by kustomize, and its injectors are ready; also where it was so before. Each file begins with it,
 * for none knows which ran before it, and leaves podlag installed: the run's teardown takes it away.
 */
export async function ensureInstalled(): Promise<void> {
  await typeInstallLine();
  await rolledOutIn(namespace, 'deployment/podlag-injector', 'deployment/podlag-controller');
}
