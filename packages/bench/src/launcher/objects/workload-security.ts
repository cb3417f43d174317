/** An image's own user, and nothing that a pod of the Pod Security level `restricted` may not have. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  fsGroup: 65532,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const;

/** What pods of a run ask nothing of: the API, and Services by variables. */
export const withoutRights = { automountServiceAccountToken: false, enableServiceLinks: false } as const;

/** iperf3 keeps what it sends in a file there; tmpfs, for the disk is not what is measured. */
export const temporaryVolume = { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } } as const;
export const temporaryMount = { name: 'tmp', mountPath: '/tmp' } as const;

/** The group's, for the image's user is not the owner. */
const secretMode = 0o440;

/** A Secret with ca.crt, tls.crt and tls.key, and the folder in which the program finds them. */
export const tlsFolder = '/etc/podlag/tls';
export const tlsMount = { name: 'tls', mountPath: tlsFolder, readOnly: true } as const;
export const tlsVolume = (
  secretName: string,
): { readonly name: 'tls'; readonly secret: Readonly<Record<string, unknown>> } => ({
  name: 'tls',
  secret: { secretName, defaultMode: secretMode },
});

/** Variables of a container, without those that have no value. */
export function environmentList(
  values: Readonly<Record<string, string | undefined>>,
): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}
