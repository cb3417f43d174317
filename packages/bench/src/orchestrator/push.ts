import { Pushgateway, type Registry } from 'prom-client';
import { benchErrors } from '../bench-errors';
import { parsePushGateway } from '../scenario/push-gateway';

/** Nobody waits for a run's end because of a gateway that does not answer. */
const timeoutMs = 10_000;

/** What is pushed, and where to. */
export interface Push {
  readonly url: string;
  readonly registry: Registry;
  /** The scenario's name: its last run takes the place of the one before. */
  readonly scenario: string;
}

/** Replaces what the gateway has of this scenario. @throws PodlagError `push-failed` */
export async function push({ url, registry, scenario }: Push): Promise<void> {
  try {
    const gateway = new Pushgateway(parsePushGateway(url), { timeout: timeoutMs }, registry);
    await gateway.push({ jobName: 'podlag_bench', groupings: { scenario } });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw benchErrors.error('push-failed', `${url}: ${message}`, { cause });
  }
}
