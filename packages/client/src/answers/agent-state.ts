import * as z from 'zod';
import { faultSet } from './fault-set';
import { instant } from './instant';
import { planStatus } from './plan-status';

const capability = z.discriminatedUnion('available', [
  z.object({ available: z.literal(true) }),
  z.object({ available: z.literal(false), code: z.string(), reason: z.string(), hint: z.string() }),
]);

/** Whether a kernel can do something; if not, why, and how to get it. */
export type AgentCapability = z.output<typeof capability>;

const capabilities = z
  .object({
    /** As of uname -r. */
    kernel: z.string(),
    /** The way to the kernel: tc, netlink. */
    driver: z.string(),
    /** As of tc -V; absent where there is no tc. */
    iproute2: z.string().optional(),
    tree: capability,
    netem: capability,
    ingress: capability,
    duplicateBesideOthers: capability,
    /** By kind of fault. */
    kinds: z.record(z.string(), capability).readonly(),
  })
  .readonly();

const difference = z.object({ what: z.string(), asked: z.string(), observed: z.string() }).readonly();

const counters = z
  .array(
    z
      .object({
        classid: z.string(),
        /** None for the class that passes everything. */
        faults: z.array(z.string()).readonly(),
        bytes: z.number(),
        packets: z.number(),
        drops: z.number(),
        backlogPackets: z.number(),
      })
      .readonly(),
  )
  .readonly();

const survival = z.discriminatedUnion('saved', [
  z.object({ saved: z.literal(true) }),
  z.object({ saved: z.literal(false), reason: z.string() }),
]);

/** GET /v1/state: what is asked, what the kernel has, and where they differ. */
export const agentState = z
  .object({
    /** What calls have set. */
    desired: faultSet,
    /** What owners have set, whole; none at agents that are older than plans. */
    plans: z.array(planStatus).readonly().default([]),
    /** The device in the kernel's words; null when it is missing. */
    observed: z.looseObject({}).nullable(),
    /** Empty is as it should be. */
    drift: z.array(difference).readonly(),
    /** What others have on the device that may keep packets from the faults. */
    cautions: z.array(z.string()).readonly(),
    capabilities,
    counters: z.object({ egress: counters, ingress: counters }).readonly(),
    exemptions: z.array(z.looseObject({ reason: z.string() })).readonly(),
    /** When the next fault goes by itself, in milliseconds since the epoch. */
    expiresAt: instant.nullable(),
    survivesRestart: survival,
  })
  .readonly();
export type AgentState = z.output<typeof agentState>;
