import { injectionLabel, isPodlagError, pause, podSecurityEnforceLabel, type Clock } from '@podlag/core';
import { namespaces, type KubeApi, type KubeObject } from '@podlag/kube';
import { benchErrors } from '../bench-errors';
import { hasOthers } from './namespace-contents';
import { managedByLabel } from './objects/run-labels';

/** What a namespace has to allow. */
export interface NamespaceNeeds {
  /** An agent beside each worker. */
  readonly agents: boolean;
  readonly hostNetwork: boolean;
}

/** How long an old one may take to go, milliseconds. */
const goneWithinMs = 120_000;
/** How often one is made that another run makes at the same time. */
const mostAttempts = 3;

type Tell = (sentence: string) => void;

/** The namespace of a run, which is made where it is not there, and taken away when the last run in it has ended. */
export class RunNamespace {
  constructor(
    private readonly api: KubeApi,
    readonly name: string,
    private readonly clock: Clock,
    private readonly tell: Tell,
  ) {}

  /**
   * There, with what the run needs. One that somebody else made is left as it is.
   *
   * @throws PodlagError `fault-failed` where one of somebody else's lets no agents in; `not-started` where an old one does not go;
   *   `kube-already-exists` where it comes and goes
   */
  async ensure(needs: NamespaceNeeds, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#ensure(needs, signal);
        return;
      } catch (error) {
        // Made by another run since we have looked: so it is there, and may need more for this one.
        if (!isPodlagError(error, 'kube-already-exists') || attempt >= mostAttempts) throw error;
      }
    }
  }

  async #ensure(needs: NamespaceNeeds, signal: AbortSignal): Promise<void> {
    const present = await this.#present(signal);
    if (present === 'unknown') return;
    if (present === undefined) {
      await this.api.create(namespaces, { metadata: { name: this.name, labels: labelsOf(needs) } });
      this.tell(`namespace ${this.name} is made${isPrivileged(needs) ? privilegedBecause(needs) : ''}`);
    } else if (isOurs(present)) await this.#widen(present, needs);
    else this.#checkInjection(present, needs);
  }

  /** Away, where a launcher made it and nothing is left in it but what goes with this run. */
  async removeIfEmpty(run: string): Promise<void> {
    const present = await this.#get();
    if (present === 'unknown' || present === undefined || !isOurs(present)) return;
    if (await hasOthers(this.api, this.name, run)) return;
    await this.api.delete(namespaces, { name: this.name });
    this.tell(`namespace ${this.name} is empty, and goes`);
  }

  /** As it is, when one that is on its way out has gone. */
  async #present(signal: AbortSignal): Promise<KubeObject | 'unknown' | undefined> {
    const end = this.clock.now() + goneWithinMs;
    for (;;) {
      const present = await this.#get();
      if (present === 'unknown' || present?.metadata.deletionTimestamp === undefined) return present;
      if (signal.aborted || this.clock.now() >= end) {
        throw benchErrors.error('not-started', `namespace ${this.name} is being deleted, and does not go`, {
          hint: `See what holds it: kubectl get namespace ${this.name} -o yaml`,
        });
      }
      this.tell(`waiting for the old namespace ${this.name} to go`);
      await pause(this.clock, 1_000, signal);
    }
  }

  /** In a cluster that lets us see only what is in the namespace, that there is one shows when something is made in it. */
  async #get(): Promise<KubeObject | 'unknown' | undefined> {
    try {
      return await this.api.get(namespaces, { name: this.name });
    } catch (error) {
      if (isPodlagError(error, 'kube-forbidden')) return 'unknown';
      throw error;
    }
  }

  /** Never narrower: another run may be at work in it. */
  async #widen({ metadata }: KubeObject, needs: NamespaceNeeds): Promise<void> {
    const wanted = Object.entries(labelsOf(needs)).filter(([label, value]) => {
      const isLevel = label === podSecurityEnforceLabel;
      return metadata.labels?.[label] !== value && (!isLevel || isPrivileged(needs));
    });
    if (wanted.length === 0) return;
    const operations = wanted.map(([label, value]) => ({
      ...{ op: 'add' as const, value },
      path: `/metadata/labels/${label.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    }));
    await this.api.patch(namespaces, { name: this.name }, operations);
    this.tell(`namespace ${this.name} is there${isPrivileged(needs) ? privilegedBecause(needs) : ''}`);
  }

  #checkInjection({ metadata }: KubeObject, { agents }: NamespaceNeeds): void {
    const { name, value } = injectionLabel;
    if (!agents || metadata.labels?.[name] === value) return;
    throw benchErrors.error(
      'fault-failed',
      `namespace ${this.name} has no label ${name}=${value}: no worker would get an agent`,
      {
        hint: `Label it: kubectl label namespace ${this.name} ${name}=${value}; or take one that is not there, which is made so.`,
      },
    );
  }
}

const isOurs = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.[managedByLabel.name] === managedByLabel.value;

const isPrivileged = ({ agents, hostNetwork }: NamespaceNeeds): boolean => agents || hostNetwork;

/** Agents need NET_ADMIN, which no other level allows; without them our pods are satisfied with the narrowest. */
function labelsOf(needs: NamespaceNeeds): Readonly<Record<string, string>> {
  return {
    [managedByLabel.name]: managedByLabel.value,
    [podSecurityEnforceLabel]: isPrivileged(needs) ? 'privileged' : 'restricted',
    ...(needs.agents && { [injectionLabel.name]: injectionLabel.value }),
  };
}

function privilegedBecause({ agents, hostNetwork }: NamespaceNeeds): string {
  const why = [
    ...(agents ? ['agents need NET_ADMIN'] : []),
    ...(hostNetwork ? ['workers are on the host network'] : []),
  ];
  return `; it allows privileged pods, for ${why.join(', and ')}`;
}
