/** Where one value is kept in a cluster: an object of podlag's namespace, and the key of its data. */
interface Place {
  readonly name: string;
  readonly key: string;
}

/** The namespace that podlag itself runs in unless it is installed elsewhere. */
export const podlagNamespace = 'podlag-system';

/** The Secret with the keys that sign, as `KeyRing` writes them. Who may read it may change every agent. */
export const tokenSecret: Place = { name: 'podlag-token-keys', key: 'keys.json' };

/** The ConfigMap with the keys that verify, as `PublicKeys` writes them. Anybody may read it. */
export const tokenConfigMap: Place = { name: 'podlag-token-keys', key: 'keys.json' };
