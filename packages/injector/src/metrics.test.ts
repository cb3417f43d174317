import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InjectorMetrics } from './metrics';

test('docs/metrics.md describes each metric of the injector, and no other', async () => {
  const documented = readFileSync(join(__dirname, '../../../docs/metrics.md'), 'utf8').match(
    /podlag_injector_[a-z_]+/g,
  );
  const exported = (
    await new InjectorMetrics({ inFlight: () => 0, isReady: () => true }).registry.getMetricsAsJSON()
  ).map(({ name }) => name);
  expect([...new Set(documented)].sort()).toEqual(exported.sort());
});
