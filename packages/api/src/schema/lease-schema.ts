import { defaultTtl, leastTtl } from '../life';
import { withDefault, yesOrNo, type JsonSchema } from './json-schema';
import { duration } from './quantity-schema';

/** How long a NetworkFault or a LatencyMatrix is in force. */
export const leaseProperties: Readonly<Record<string, JsonSchema>> = {
  duration: duration('How long it is in force. Absent: until the object is deleted.', { atLeast: '1ms' }),
  ttl: withDefault(
    defaultTtl,
    duration('The lease of each agent: gone when nothing was heard of the controller for so long.', {
      atLeast: leastTtl,
    }),
  ),
  suspend: withDefault(false, yesOrNo('Not in force by itself: a pause, or a template for Scenarios.')),
};
