import { parseYaml } from '@podlag/core';
import * as z from 'zod';

const kubeconfig = z.object({
  'current-context': z.string().nullish(),
  contexts: z
    .array(z.object({ name: z.string(), context: z.object({ namespace: z.string().nullish() }).nullish() }))
    .nullish(),
});

/**
 * The namespace of a context, as kubectl finds it in several kubeconfigs: of each thing the first that says it counts.
 *
 * @param files their texts, in the order of KUBECONFIG
 * @param context another one than the current
 * @returns `default` where none is said
 * @throws PodlagError `invalid-config` for what is no YAML
 */
export function contextNamespace(files: readonly string[], context?: string): string {
  const read = files
    .filter((text) => text.trim() !== '')
    .flatMap((text) => kubeconfig.safeParse(parseYaml('kubeconfig', text)).data ?? []);
  const current = context ?? read.map((file) => file['current-context']).find((name) => name);
  const found = read.flatMap(({ contexts }) => contexts ?? []).find(({ name }) => name === current);
  return found?.context?.namespace ?? 'default';
}
