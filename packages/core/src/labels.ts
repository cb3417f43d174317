/** The names by which podlag is spoken to in a cluster: labels, annotations, ports. Part of the public contract. */

/** Namespaces with this label set to `enabled` get sidecars. */
export const injectionLabel = { name: 'sidecar-injection', value: 'enabled' } as const;

export const annotations = {
  /** `"false"` leaves the pod alone. */
  inject: 'podlag.io/inject',
  /** A duration that is in force from the pod's first packet. */
  latency: 'podlag.io/latency',
  /** The device that the agent shapes, instead of the one with the default route. */
  interface: 'podlag.io/interface',
  /** `"false"`: replies to the kubelet's probes get no exemption from the faults. */
  exemptProbes: 'podlag.io/exempt-probes',
  /** Requests of the sidecar, as `cpu=50m,memory=64Mi`; the limits follow where they would be lower. */
  resources: 'podlag.io/resources',
  /** Written by the injector: version, mode and what it added. */
  status: 'podlag.io/status',
} as const;

/** The level that the PodSecurity admission plugin enforces in a namespace. */
export const podSecurityEnforceLabel = 'pod-security.kubernetes.io/enforce';

/** Set by the kubelet on the API's image of a static pod. */
export const mirrorPodAnnotation = 'kubernetes.io/config.mirror';

/** Where the agent listens (TCP) unless told otherwise. Always exempt from the faults. */
export const defaultAgentPort = 2332;
