import { commandLimitMs } from '../../deploy/command';

/**
 * How long things may take, each below those that wait for it: what is late is then told by whoever waited for it
 * itself, with its reasons, and not by Jest that the test was. A limit and no pause: nothing takes longer by it.
 */
export const limits = {
  /** For `kubectl wait` and `kubectl rollout status`, in seconds: pods to be Ready, namespaces to be gone. */
  waitSeconds: 150,
  /** For `until`: what no `kubectl wait` can wait for, in milliseconds. */
  conditionMs: 120_000,
  /** For one program, in milliseconds. */
  commandMs: commandLimitMs,
  /** For one test, in milliseconds: the longest that its programs take together, by far. */
  testMs: 300_000,
  /** For a beforeAll or afterAll, in milliseconds: they make many pods, and remove them. */
  hookMs: 480_000,
  /** For what pulls its images from a registry, in milliseconds. */
  pullMs: 600_000,
} as const;
