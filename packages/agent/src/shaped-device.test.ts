import { createLogger, parseFault } from '@podlag/core';
import { FakeDriver } from '@podlag/netem';
import fc from 'fast-check';
import { noFaults, setOf, type FaultSet, type HeldFault } from './fault-set';
import { ShapedDevice, type PossiblePart } from './shaped-device';

const driver = new FakeDriver();
const device = new ShapedDevice({
  ...{ device: 'eth0', exemptions: [], driver, applied: () => undefined },
  logger: createLogger('agent', 'silent'),
});
const nothing = device.treeOf(noFaults, undefined);
const possible = (held: readonly HeldFault[]): Promise<PossiblePart> =>
  device.possiblePart(new Map(held.map((one) => [one.fault.name, one])), nothing);
const planned = (name: string, effects: object): HeldFault => ({
  ...{ fault: parseFault({ ...effects, name }), expiresAt: undefined, plan: 'controller' },
});

/** Of two for one packet, whose losses cannot be composed, the later is refused. */
const gemodel = (name: string, cidr?: string): HeldFault =>
  planned(name, { loss: { gemodel: { p: '1%' } }, ...(cidr && { to: [{ cidr }] }) });

const to = (index: number): object[] => [{ cidr: `10.0.0.${index}` }];

test('one that is refused among many costs a handful of trees, not one for each', async () => {
  const many = Array.from({ length: 64 }, (_, index) =>
    planned(`f${index}`, { delay: { time: `${index + 1}ms` }, to: to(index) }),
  );
  const treeOf = jest.spyOn(device, 'treeOf');
  const { faults, leftOut } = await possible([gemodel('one'), ...many, gemodel('two')]);
  expect([...leftOut].map(([name, { code }]) => [name, code])).toEqual([['two', 'not-composable']]);
  expect([...faults.keys()]).toEqual(['one', ...many.map(({ fault }) => fault.name)]);
  expect(treeOf.mock.calls.length).toBeLessThan(20);
  treeOf.mockRestore();
});

test('where all are refused, each is left out with its reason', async () => {
  const old = new FakeDriver();
  const missing = { available: false, code: 'netem-missing', reason: 'unknown', hint: 'modprobe' } as const;
  old.capable = { ...old.capable, netem: missing, kinds: { ...old.capable.kinds, delay: missing } };
  const without = new ShapedDevice({
    ...{ device: 'eth0', exemptions: [], driver: old, applied: () => undefined },
    logger: createLogger('agent', 'silent'),
  });
  const held = [1, 2, 3, 4, 5].map((ms) => planned(`f${ms}`, { delay: { time: `${ms}ms` } }));
  const set: FaultSet = new Map(held.map((one) => [one.fault.name, one]));
  const { faults, leftOut } = await without.possiblePart(set, nothing);
  expect([...leftOut.values()].map(({ code }) => code)).toEqual(Array(5).fill('netem-missing'));
  expect(faults.size).toBe(0);
  const mine = { ...held[2]!, plan: undefined } as unknown as HeldFault;
  const asked = without.possiblePart(new Map([...set, ['f3', mine]]), nothing);
  await expect(asked).rejects.toMatchObject({ code: 'netem-missing' });
});

const kinds = fc.constantFrom<(name: string, index: number) => HeldFault>(
  (name) => gemodel(name),
  (name) => gemodel(name, '10.0.0.1'),
  (name) => gemodel(name, '10.0.0.2'),
  (name, index) => planned(name, { delay: { time: '1ms' }, to: to(index) }),
);

test('what is left out is what would be if each fault were tried after those before it', async () => {
  const sets = fc
    .array(kinds, { maxLength: 12 })
    .map((made) => made.map((make, index) => make(`f${index}`, index)));
  await fc.assert(
    fc.asyncProperty(sets, async (held) => {
      let kept: readonly HeldFault[] = [];
      for (const one of held) if ((await possible([...kept, one])).leftOut.size === 0) kept = [...kept, one];
      const { faults, tree } = await possible(held);
      expect([...faults.values()]).toEqual(kept);
      expect(tree).toEqual(device.treeOf(setOf([...kept]), nothing));
    }),
    { numRuns: 60 },
  );
});
