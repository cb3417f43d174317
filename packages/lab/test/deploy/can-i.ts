import { kubectl, tryKubectl } from './command';
import { textOf, type Manifest } from './manifest';
import { namespace } from './rendering';
import { until } from './until';

/** A question to `kubectl auth can-i`, and its answer. */
export type Right = readonly [answer: 'yes' | 'no', question: string];

const kindsOfRights = [
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'Secret',
  'ConfigMap',
  // kubectl asks only about kinds that there are.
  'CustomResourceDefinition',
];

/** Makes what of an installation is about rights, and no more. */
export async function installRights(objects: readonly Manifest[]): Promise<readonly Manifest[]> {
  const rights = objects.filter(({ kind }) => kindsOfRights.includes(kind));
  await kubectl(['apply', '-f', '-'], textOf(rights));
  return rights;
}

/** To speak as one of podlag's service accounts. */
export const as = (account: string) => `--as=system:serviceaccount:${namespace}:${account}`;

/** What the API server says to that question of that service account. */
export async function answer(account: string, question: string): Promise<string> {
  const { stdout } = await tryKubectl(['auth', 'can-i', ...question.split(' '), as(account)]);
  return stdout.trim();
}

/** The API server's authorizer hears of a change of the roles a moment after it is made. */
export function hasHeard(account: string, rights: readonly Right[]): Promise<void> {
  return until(async () => {
    const answers = await Promise.all(rights.map(([, question]) => answer(account, question)));
    return answers.every((each, index) => each === rights[index]![0]);
  });
}
