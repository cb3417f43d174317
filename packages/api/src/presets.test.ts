import { presets } from './presets';

test('there are the two that the reference lists, each told by source, date and licence', () => {
  expect(presets.map(({ name }) => name)).toEqual(['aws-2022', 'gcp-2022']);
  for (const { title, source, date, licence } of presets)
    expect([title, source, date, licence]).toEqual(Array(4).fill(expect.stringMatching(/\S{3}/)));
});

describe.each(presets.map((preset) => [preset.name, preset] as const))('%s', (_, preset) => {
  const pairs = preset.regions.flatMap((one) => preset.regions.map((other) => [one, other] as const));

  test('has a dozen regions, each once', () => {
    expect(new Set(preset.regions).size).toBe(preset.regions.length);
    expect(preset.regions.length).toBeGreaterThanOrEqual(12);
  });

  test('is the same in both directions, and within what light and its detours take around the Earth', () => {
    for (const [one, other] of pairs) {
      const rtt = preset.rttMs(one, other);
      expect(preset.rttMs(other, one)).toBe(rtt);
      if (rtt === undefined) continue;
      expect(rtt).toBeGreaterThan(0);
      expect(rtt).toBeLessThan(450);
    }
  });

  test('knows most pairs, and nothing of a region that it has not', () => {
    const known = pairs.filter(([one, other]) => one !== other && preset.rttMs(one, other) !== undefined);
    expect(known.length / (pairs.length - preset.regions.length)).toBeGreaterThan(0.9);
    expect(preset.rttMs(preset.regions[0]!, 'mars')).toBeUndefined();
  });
});

test.each([
  ['aws-2022', 'us-east-1', 'eu-west-1', [60, 75]],
  ['aws-2022', 'eu-west-1', 'eu-west-2', [8, 16]],
] as const)('%s: from %s to %s it is what geography says', (name, one, other, [least, most]) => {
  const rtt = presets.find((preset) => preset.name === name)!.rttMs(one, other);
  expect(rtt).toBeGreaterThan(least);
  expect(rtt).toBeLessThan(most);
});
