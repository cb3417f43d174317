/** Where a pod is created. */
export interface Namespace {
  readonly name: string;
  /** Undefined when nobody could say; rules that need a label then do not apply. */
  readonly labels: Labels | undefined;
}

export type Labels = Readonly<Record<string, string>>;

/**
 * The labels of namespaces. An AdmissionReview does not carry them, and asking the API server while it waits for
 * the answer would put a second request into each creation of a pod: they are looked up beforehand.
 */
export interface NamespaceLabels {
  /** Answers at once. Undefined when the namespace is not known (yet). */
  labelsOf(namespace: string): Labels | undefined;
}

/** For a server that is told no labels. */
export const noNamespaceLabels: NamespaceLabels = { labelsOf: () => undefined };
