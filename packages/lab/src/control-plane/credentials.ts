import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** Who calls the API server. The names of the two controllers are those that RBAC's default roles are bound to. */
const users = {
  admin: { name: 'podlag-admin', groups: ['system:masters'] },
  /** Of every node at once: more than the Node authorizer would let one kubelet do. */
  kubelet: { name: 'podlag-stand-in-kubelet', groups: ['system:masters'] },
  'kube-controller-manager': { name: 'system:kube-controller-manager', groups: [] },
  'kube-scheduler': { name: 'system:kube-scheduler', groups: [] },
} as const;

export type UserName = keyof typeof users;

/** A bearer token for each. */
export type Tokens = Readonly<Record<UserName, string>>;

export function newTokens(): Tokens {
  const token = (): string => randomBytes(16).toString('hex');
  return {
    admin: token(),
    kubelet: token(),
    'kube-controller-manager': token(),
    'kube-scheduler': token(),
  };
}

/** The file of `--token-auth-file`: token, user, uid, groups. */
export function tokenFile(tokens: Tokens): string {
  return (Object.keys(users) as UserName[])
    .map((user) => `${tokens[user]},${users[user].name},${user},"${users[user].groups.join()}"\n`)
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

/** A kubeconfig file. JSON is YAML. */
export function kubeconfig({ url, ca, token }: Access): string {
  const name = 'podlag-bed';
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
