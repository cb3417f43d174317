import * as z from 'zod';
import { duration } from './quantity';

const addedTime = z.union([z.literal('never'), z.object({ least: duration, most: duration }).readonly()]);

/** How much longer it takes; `never` where no packet gets through. */
export type AddedTime = z.output<typeof addedTime>;

const way = z
  .object({
    /** Whether no fault may touch it. */
    exempt: z.boolean(),
    /** Why it is treated so. */
    reason: z.string(),
    /** Names of the faults that it meets. */
    faults: z.array(z.string()).readonly(),
    /** HTB class that it goes through. */
    classid: z.string().optional(),
    /** What happens to it, all faults in one, in a fault's words. */
    profile: z.looseObject({}).optional(),
  })
  .readonly();

/** GET /v1/explain: what happens to a packet. */
export const explanation = z
  .object({
    packet: z
      .object({
        dst: z.string(),
        protocol: z.string(),
        port: z.number().optional(),
        localPort: z.number().optional(),
      })
      .readonly(),
    egress: way.optional(),
    ingress: way.optional(),
    /** Which faults it would meet besides if it had a port. */
    note: z.string().optional(),
    /** For the delays of both ways. */
    expected: z
      .object({
        roundTrip: addedTime,
        tcpConnect: addedTime.optional(),
        tlsHandshake: addedTime.optional(),
        httpAnswer: addedTime.optional(),
        /** Effects that it meets and that are not in these times: loss, corrupt, rate. */
        without: z.array(z.string()).readonly(),
      })
      .readonly(),
  })
  .readonly();
export type Explanation = z.output<typeof explanation>;

/** Which packet to explain. */
export interface ExplainQuestion {
  /** IPv4 or IPv6 address of the other end. */
  readonly dst: string;
  /** tcp when absent. */
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  /** Of the other end. */
  readonly port?: number;
  /** Of the pod. */
  readonly localPort?: number;
  /** Absent: both. */
  readonly direction?: 'egress' | 'ingress';
}
