import { compose, handles, type Observed, type QdiscDriver, type QdiscTree } from '@podlag/netem';
import { parseFault } from '@podlag/core';

/** A driver and a device that nobody else touches. */
export interface DriverUnderTest {
  readonly driver: QdiscDriver;
  readonly device: string;
}

/** The tree for these fault documents; none: one that shapes nothing. */
export function treeFor(device: string, ...documents: Record<string, unknown>[]): QdiscTree {
  const faults = documents.map((document, index) => parseFault(document, `fault-${index}`));
  return { device, agentPort: 2332, profile: faults.length === 0 ? undefined : compose(faults) };
}

const everyKind: readonly Record<string, unknown>[] = [
  { delay: { time: '20ms' } },
  { delay: { time: '0.25ms' } },
  { delay: { time: '20ms', jitter: '5ms', correlation: '25%', distribution: 'normal' } },
  { loss: { ratio: '10%', correlation: '5%' } },
  { loss: { gemodel: { p: '1%', r: '10%' } } },
  { loss: { state: { p13: '1%' } } },
  { duplicate: { ratio: '1%' } },
  { corrupt: { ratio: '0.1%' } },
  { delay: { time: '10ms' }, reorder: { ratio: '25%', gap: 5 } },
  { rate: '10mbit' },
  { partition: true },
];

/** What every QdiscDriver does, whatever it stands on. The contract is in driver.ts. */
export function describeDriver(name: string, underTest: () => DriverUnderTest): void {
  describe(`${name} is a QdiscDriver`, () => {
    const tree = (...documents: Record<string, unknown>[]): QdiscTree =>
      treeFor(underTest().device, ...documents);
    const isShaping = ({ filters }: Observed): boolean =>
      filters.some(({ flowid }) => flowid === handles.shapedClass);

    afterEach(async () => {
      await underTest().driver.apply(tree());
      await underTest().driver.tidy(tree(), true);
    });

    test.each(everyKind)(
      '%j is in force when apply resolves, and applying it again is no change',
      async (document) => {
        const { driver } = underTest();
        const { commands, decisive, observed } = await driver.apply(tree(document));
        expect(commands).toContain(decisive);
        expect(isShaping(observed)).toBe(true);
        expect((await driver.read(tree(document))).differences).toEqual([]);
        expect(await driver.apply(tree(document))).toMatchObject({ commands: [], decisive: undefined });
      },
    );

    test('from any kind of fault to any other, the leaf is changed in place', async () => {
      const { driver } = underTest();
      await driver.apply(tree({ delay: { time: '1ms' } }));
      for (const document of [...everyKind, ...[...everyKind].reverse()]) {
        const { commands } = await driver.apply(tree(document));
        expect(commands.filter((line) => !line.startsWith('tc qdisc change '))).toEqual([]);
        expect((await driver.read(tree(document))).differences).toEqual([]);
      }
    });

    test('a preview says what apply then does, and changes nothing', async () => {
      const { driver } = underTest();
      const preview = await driver.preview(tree({ delay: { time: '20ms' } }));
      expect(isShaping((await driver.read(tree())).observed)).toBe(false);
      expect((await driver.apply(tree({ delay: { time: '20ms' } }))).commands).toEqual(preview);
    });

    test('a tree without a profile ends the shaping at once; tidy leaves nothing of ours', async () => {
      const { driver } = underTest();
      const before = (await driver.read(tree())).observed;
      await driver.apply(tree({ delay: { time: '20ms' } }));
      const { observed } = await driver.apply(tree());
      expect(isShaping(observed)).toBe(false);
      expect(await driver.tidy(tree(), false)).toBe(true);
      expect((await driver.read(tree())).observed).toEqual(before);
      expect(await driver.tidy(tree(), false)).toBe(true);
    });

    test('a new fault may come before the old tree is tidied away', async () => {
      const { driver } = underTest();
      await driver.apply(tree({ delay: { time: '20ms' } }));
      await driver.apply(tree());
      await driver.apply(tree({ loss: { ratio: '1%' } }));
      expect((await driver.read(tree({ loss: { ratio: '1%' } }))).differences).toEqual([]);
    });

    test('what it can do is told', async () => {
      expect(await underTest().driver.capabilities()).toEqual({
        kernel: expect.stringMatching(/^\d/),
        iproute2: expect.stringMatching(/^\d/),
        shaping: { available: true },
      });
    });
  });
}
