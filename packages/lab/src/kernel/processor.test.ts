import { availableParallelism } from 'node:os';
import { nextProcessor, processorOf, processorsIn, tellsOfHypervisor } from './processor';

test.each([
  ['0', [0]],
  ['0-3', [0, 1, 2, 3]],
  ['0-1,8,10-11', [0, 1, 8, 10, 11]],
])('of the list %s they are %j', (list, processors) => expect(processorsIn(list)).toEqual(processors));

test('where a process runs is read behind its name, whatever that is', () => {
  const behind = ['S', ...Array.from({ length: 35 }, (_, index) => index), 7, 0, 0];
  expect(processorOf(`12 (a) b (c) ${behind.join(' ')}`)).toBe(7);
});

test('kernels of one process go round the processors that it may use', async () => {
  const chosen: number[] = [];
  const count = availableParallelism();
  for (let kernel = 0; kernel < 8 * count; kernel++) chosen.push(await nextProcessor());
  // Where this process runs may change in between.
  expect(new Set(chosen).size).toBe(count);
});

test.each([
  ['a virtual machine', 'flags\t\t: fpu vme hypervisor lahf_lm\nbugs\t\t: spectre_v1\n', true],
  ['none', 'flags\t\t: fpu vme lahf_lm\nbugs\t\t: spectre_v1\n', false],
  ['one that has none of these flags', 'Features\t: fp asimd evtstrm\n', false],
])('by its flags a machine is %s', (_, cpuinfo, virtual) => expect(tellsOfHypervisor(cpuinfo)).toBe(virtual));
