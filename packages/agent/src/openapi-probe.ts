import { count, object, text, type Schema } from './openapi-schema';

const span = (description: string, example: string): Schema => ({
  type: ['string', 'number'],
  description,
  examples: [example],
});

const summary = object(
  {
    answered: count('Connects that were answered in time, by a refusal too.'),
    lost: count('Connects without an answer in time, or with one only to a SYN that was sent again.'),
    min: text('The shortest of what was answered.'),
    median: text('Absent, as the others, when nothing was answered.'),
    p95: text('95 of 100 took no longer.'),
    max: text('The longest.'),
  },
  ['min', 'median', 'p95', 'max'],
);

/** What POST /v1/probes takes and answers. */
export const probeSchemas: Record<string, Schema> = {
  ProbeRequest: object(
    {
      dst: {
        type: 'string',
        description: 'IPv4 or IPv6 address of the peer; not link-local, and not of the pod itself.',
        examples: ['10.1.2.3'],
      },
      port: {
        ...{ type: 'integer', minimum: 1, maximum: 65_535, default: 7 },
        description: 'TCP. At 7 mostly nobody listens: a refusal takes a round trip as well.',
      },
      count: {
        ...{ type: 'integer', minimum: 1, maximum: 1_000, default: 20 },
        description: 'How many connects; with count x interval + timeout of at most two minutes.',
      },
      interval: span('From one connect to the next, 1ms to 10s; 20ms when absent.', '20ms'),
      timeout: span('After this a connect is lost, 1ms to 30s; 3s when absent.', '3s'),
    },
    ['port', 'count', 'interval', 'timeout'],
  ),
  ProbeResult: object({
    dst: text('As asked.'),
    port: count('As asked.'),
    count: count('As asked.'),
    roundTrip: { ...summary, description: 'To the port that was asked for.' },
    idle: { ...summary, description: 'To the agent port of the same peer, which no fault touches.' },
    added: {
      ...object(
        {
          median: text(
            'How much longer, from the median of the one to that of the other; 0ms where it is not.',
          ),
        },
        ['median'],
      ),
      description: 'What the faults add.',
    },
    eventLoopDelay: text(
      'The longest that the agent was busy with other things meanwhile: its figures may be off by as much.',
    ),
  }),
};
