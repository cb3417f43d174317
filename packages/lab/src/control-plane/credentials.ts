import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** Somebody who calls the API server. */
export interface User {
  /** As RBAC's bindings name it. */
  readonly name: string;
  readonly groups: readonly string[];
}

/** Users by the names that their kubeconfig files bear. */
export type Users<Key extends string> = Readonly<Record<Key, User>>;

/** Whom every control plane has. The names of the two controllers are those that RBAC's default roles are bound to. */
export const ownUsers = {
  admin: { name: 'podlag-admin', groups: ['system:masters'] },
  'kube-controller-manager': { name: 'system:kube-controller-manager', groups: [] },
  'kube-scheduler': { name: 'system:kube-scheduler', groups: [] },
} as const satisfies Users<string>;

export type OwnUser = keyof typeof ownUsers;

/** A user, and the bearer token that stands for them. */
export interface Identity extends User {
  readonly token: string;
}

/** By the same names as the users. */
export type Identities<Key extends string> = Readonly<Record<Key, Identity>>;

/** Gives each user a token of their own. */
export function identitiesOf<Key extends string>(users: Users<Key>): Identities<Key> {
  const pairs = Object.entries<User>(users).map(([key, user]) => {
    return [key, { ...user, token: randomBytes(16).toString('hex') }] as const;
  });
  return Object.fromEntries(pairs) as Record<Key, Identity>;
}

/** The file of `--token-auth-file`: token, user, uid, groups. */
export function tokenFile(identities: Identities<string>): string {
  return Object.entries(identities)
    .map(([key, { token, name, groups }]) => `${token},${name},${key},"${groups.join()}"\n`)
    .join('');
}

/** The key that signs service account tokens, PEM. */
export function serviceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
}

/** How one user reaches the API server. */
export interface Access {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/**
 * A kubeconfig file. JSON is YAML.
 *
 * @param name what its only cluster, user and context are called
 */
export function kubeconfig({ url, ca, token }: Access, name: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
