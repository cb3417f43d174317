import { Backoff, isPodlagError, systemClock, type Clock, type Logger } from '@podlag/core';
import type { KubeApi, ServerVersion } from '@podlag/kube';
import type { Check } from '../health';
import type { SidecarMode } from '../sidecar';

/**
 * Kubelets run native sidecars from 1.29 on. To an older one such a container is an ordinary init container, which never
 * ends, and the pod hangs. A kubelet may be three minor versions older than its API server (version skew policy), so
 * only behind a 1.32 is there none that old.
 */
const nativeSince: ServerVersion = { major: 1, minor: 32 };

/** How sidecars run in a cluster whose API server has this version. */
export function sidecarModeFor({ major, minor }: ServerVersion): SidecarMode {
  const isOlder = major < nativeSince.major || (major === nativeSince.major && minor < nativeSince.minor);
  return isOlder ? 'plain' : 'native';
}

export interface SidecarModeOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** A cluster that is upgraded is noticed within this. */
const lookAgainMs = 300_000;

/** The mode for the cluster's version, which is asked for at the start and again as long as this is open. */
export class SidecarModeLookup {
  readonly check: Check = {
    name: 'sidecar-mode',
    blocker: () =>
      this.found === undefined ? `the cluster's version is not known yet${this.why('; ')}` : undefined,
    caution: () =>
      this.problem === undefined ? undefined : `the cluster's version cannot be asked${this.why(': ')}`,
  };
  private readonly clock: Clock;
  private readonly backoff = new Backoff({ firstMs: 1_000, mostMs: 60_000 });
  private found: SidecarMode | undefined;
  private problem: string | undefined;
  private isClosed = false;
  private stopTimer: () => void = () => undefined;

  constructor(
    private readonly api: Pick<KubeApi, 'serverVersion'>,
    private readonly options: SidecarModeOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    void this.look();
  }

  /** Plain as long as nothing is known, which harms nobody; `check` says so. */
  get mode(): SidecarMode {
    return this.found ?? 'plain';
  }

  close(): void {
    this.isClosed = true;
    this.stopTimer();
  }

  private async look(): Promise<void> {
    const nextMs = await this.ask();
    if (this.isClosed) return;
    this.stopTimer = this.clock.after(nextMs, () => void this.look());
  }

  /** Tells when to ask again. */
  private async ask(): Promise<number> {
    try {
      this.accept(await this.api.serverVersion());
      return lookAgainMs;
    } catch (error) {
      this.note(error);
      return this.backoff.next();
    }
  }

  private note(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    const hint = isPodlagError(error) ? error.hint : undefined;
    if (problem !== this.problem)
      this.options.logger.warn({ problem, hint }, 'sidecar mode: to be asked again');
    this.problem = problem;
  }

  private accept(version: ServerVersion): void {
    const mode = sidecarModeFor(version);
    if (mode !== this.found) {
      const kubernetes = `${version.major}.${version.minor}`;
      this.options.logger.info({ kubernetes, mode }, 'sidecar mode');
    }
    this.found = mode;
    this.problem = undefined;
    this.backoff.reset();
  }

  private why(before: string): string {
    return this.problem === undefined ? '' : before + this.problem;
  }
}
