import { PublicKeys, tokenConfigMap } from '@podlag/access';
import { systemClock, type Clock } from '@podlag/core';
import { configMaps, type ConfigMap, type KubeApi, type Watch } from '@podlag/kube';
import type { AgentAccess } from '../agent-access';
import type { Check } from '../health';
import { injectorErrors } from '../injector-errors';

/** The public keys of tokens, in memory. The last good ones stay in force when the ConfigMap goes bad. */
export class TokenKeysWatch {
  readonly check: Check = {
    name: 'token-keys',
    blocker: () => (this.known === undefined ? (this.problem ?? 'not read yet') : undefined),
    caution: () => (this.known === undefined ? undefined : this.problem),
  };
  private known: AgentAccess | undefined;
  private problem: string | undefined;
  private silentSince: Date | undefined;
  private readonly watch: Watch;

  constructor(
    api: KubeApi,
    private readonly namespace: string,
    clock: Pick<Clock, 'now'> = systemClock,
  ) {
    const scope = { namespace, name: tokenConfigMap.name };
    this.watch = api.watch(configMaps, scope, {
      changed: (objects) => {
        this.silentSince = undefined;
        this.take(objects.get(this.place));
      },
      failed: ({ message }) => {
        this.silentSince ??= new Date(clock.now());
        this.problem = `nothing heard of ${this.place} since ${this.silentSince.toISOString()}: ${message}`;
      },
    });
  }

  /**
   * What the agent of a pod that is made now is told. The same object as long as the keys are the same.
   *
   * @throws PodlagError `not-ready`: an agent in open mode, or one that obeys nobody, is not what was asked for
   */
  get access(): AgentAccess {
    if (this.known === undefined)
      throw injectorErrors.error('not-ready', `token-keys: ${this.problem ?? 'not read yet'}`);
    return this.known;
  }

  close(): void {
    this.watch.close();
  }

  private get place(): string {
    return `${this.namespace}/${tokenConfigMap.name}`;
  }

  private take(configMap: ConfigMap | undefined): void {
    try {
      // Printed anew: what else stands in the ConfigMap gets into no pod.
      const keys = JSON.stringify(this.parsed(configMap).document());
      this.known = { mode: 'token', keys };
      this.problem = undefined;
    } catch (error) {
      this.problem = `ConfigMap ${this.place}: ${(error as Error).message}`;
    }
  }

  private parsed(configMap: ConfigMap | undefined): PublicKeys {
    if (configMap === undefined) throw new Error('there is none; apply deploy/ again');
    const text = configMap.data?.[tokenConfigMap.key];
    if (text === undefined) throw new Error(`no ${tokenConfigMap.key} in it yet; the controller writes it`);
    return PublicKeys.parse(JSON.parse(text), tokenConfigMap.key);
  }
}
