import { Duration } from '@podlag/core';
import { Prober } from './prober';
import type { ProbeRequest } from './probe-request';

const long: ProbeRequest = {
  ...{ dst: '127.0.0.1', port: 7, count: 1_000 },
  ...{ interval: Duration.parse('10s'), timeout: Duration.parse('3s') },
};
const never = new AbortController().signal;

test('where nothing can be sent the first failure is told, and the others are not tried', async () => {
  // No kernel connects TCP to a broadcast address; requests for one do not come so far.
  const probing = new Prober(2332).probe({ ...long, dst: '255.255.255.255' }, never);
  await expect(probing).rejects.toMatchObject({
    code: 'probe-not-sent',
    detail: expect.stringContaining('255.255.255.255'),
  });
});

test('what was measured before its end is answered', async () => {
  const ending = new AbortController();
  const probing = new Prober(2332).probe(long, ending.signal);
  // The first connect goes out in the next turn; a refusal on loopback is there in the one after that.
  for (let turn = 0; turn < 1_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  ending.abort();
  expect(await probing).toMatchObject({
    roundTrip: { answered: 1, lost: 0 },
    idle: { answered: 0, lost: 0 },
  });
});
