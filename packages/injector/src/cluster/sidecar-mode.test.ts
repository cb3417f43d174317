import { createLogger } from '@podlag/core';
import { FakeKubeApi } from '@podlag/kube/testing';
import { FakeClock } from '@podlag/core/testing';
import { SidecarModeLookup, sidecarModeFor } from './sidecar-mode';

const silent = createLogger('test', 'silent', { write: () => undefined });

test.each([
  [1, 27, 'plain'],
  [1, 29, 'plain'],
  [1, 31, 'plain'],
  [1, 32, 'native'],
  [1, 36, 'native'],
  [2, 0, 'native'],
] as const)('behind an API server of %i.%i sidecars are %s', (major, minor, mode) => {
  expect(sidecarModeFor({ major, minor })).toBe(mode);
});

function lookup(api: FakeKubeApi, clock = new FakeClock()) {
  return { clock, look: new SidecarModeLookup(api, { logger: silent, clock }) };
}

/** Lets what has been answered be taken in. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('the version is asked for at the start; until it is known there is no readiness', async () => {
  const { look } = lookup(new FakeKubeApi());
  expect(look.check.blocker?.()).toBe("the cluster's version is not known yet");
  await settled();
  expect(look.check.blocker?.()).toBeUndefined();
  expect(look.mode).toBe('native');
});

test('a cluster that is upgraded gets native sidecars from then on', async () => {
  const api = new FakeKubeApi();
  api.version = { major: 1, minor: 31 };
  const { look, clock } = lookup(api);
  await settled();
  expect(look.mode).toBe('plain');
  api.version = { major: 1, minor: 32 };
  clock.advance(300_000);
  await settled();
  expect(look.mode).toBe('native');
});

test('an API server that is away is asked again, and the last answer holds', async () => {
  const api = new FakeKubeApi();
  api.startOutage(new Error('connect ECONNREFUSED'));
  const { look, clock } = lookup(api);
  await settled();
  expect(look.check.blocker?.()).toBe("the cluster's version is not known yet; connect ECONNREFUSED");
  api.endOutage();
  clock.advance(clock.nextAt! - clock.now());
  await settled();
  expect(look.mode).toBe('native');
  api.startOutage(new Error('away'));
  clock.advance(300_000);
  await settled();
  expect(look.mode).toBe('native');
  expect(look.check.blocker?.()).toBeUndefined();
  expect(look.check.caution?.()).toContain('away');
});

test('nothing is asked after it is closed', async () => {
  const { look, clock } = lookup(new FakeKubeApi());
  look.close();
  await settled();
  expect(clock.nextAt).toBeUndefined();
});
