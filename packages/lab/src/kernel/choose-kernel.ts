import { hostCanShape, requireHost } from './host-verdict';

/** The values of `PODLAG_LAB_KERNEL`: the host's kernel if it can, always the host's, always the one brought along. */
export const kernelChoices = ['auto', 'host', 'uml'] as const;
export type KernelChoice = (typeof kernelChoices)[number];

/** @throws PodlagError `host-cannot-shape` when the host was asked for and cannot */
export async function chooseKernel(choice: KernelChoice): Promise<'host' | 'uml'> {
  if (choice === 'uml') return 'uml';
  const verdict = await hostCanShape();
  if (choice === 'host') requireHost(verdict);
  return verdict.can ? 'host' : 'uml';
}
