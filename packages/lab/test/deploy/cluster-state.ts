import { kubectl } from './command';
import { textOf, type Manifest } from './manifest';
import { kustomized } from './rendering';

/** Makes the namespace podlag-system as it is shipped; it stays, for not every bed has a controller to end it. */
export async function makeNamespace(): Promise<void> {
  const base = await kustomized('.');
  await kubectl(['apply', '-f', '-'], textOf(base.filter(({ kind }) => kind === 'Namespace')));
}

/** Makes a namespace, or gives the one that is there these labels. */
export async function makeLabelledNamespace(name: string, labels: Record<string, string>): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await kubectl(['apply', '-f', '-'], JSON.stringify(object));
}

/** The service account that every pod needs; in a whole cluster a controller makes it. */
export async function makeServiceAccount(namespace: string, name = 'default'): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
  await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(object));
}

/** Takes away what an installation has made, and leaves its namespace. */
export async function removeAll(objects: readonly Manifest[]): Promise<void> {
  const items = objects.filter(({ kind }) => kind !== 'Namespace');
  await kubectl(['delete', '--ignore-not-found', '--wait', '-f', '-'], textOf(items));
}
