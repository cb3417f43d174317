import {
  mutatingWebhookConfigurations,
  secrets,
  type KubeApi,
  type ObjectRef,
  type Secret,
} from '@podlag/kube';
import type { CaBundle } from '../certificates/ca-bundle';
import { newCertSecret, readCertSecret, serviceHosts } from '../certificates/cert-secret';
import { unlessOutpaced } from '../certificates/outpaced';
import { publishedBundles, publishingPatch, type PublishedBundles } from '../certificates/published-bundle';
import { renewedSecret } from '../certificates/renewed-secret';
import { injectorErrors } from '../injector-errors';
import {
  planSecret,
  secretLine,
  webhooksLine,
  webhooksToChange,
  type ClusterState,
  type PlanTerms,
} from './cluster-plan';

/** What `podlag-certs` is asked to do in a cluster. */
export interface ClusterRequest {
  readonly service: string;
  readonly namespace: string;
  readonly secret: string;
  /** The MutatingWebhookConfiguration. */
  readonly webhook: string;
  /** How long a new certificate is valid, in milliseconds. */
  readonly lifeMs: number;
  readonly renew: boolean;
  readonly dryRun: boolean;
  readonly now: Date;
}

/** Where it says what it does: a line for each object, and notes for people. */
export interface Report {
  readonly line: (text: string) => void;
  readonly note: (text: string) => void;
}

/**
 * Puts a certificate into the Secret, and its CAs into the webhook configuration; only what is not right is written, and
 * only over what was read.
 *
 * @throws PodlagError of the API server, `certificate-refused`
 */
export async function certifyCluster(api: KubeApi, request: ClusterRequest, report: Report): Promise<void> {
  const certify = new ClusterCertificate(api, request, report);
  await unlessOutpaced(
    () => certify.run(),
    () => Promise.resolve(),
  );
}

class ClusterCertificate {
  private readonly secretRef: ObjectRef;
  private readonly terms: PlanTerms;
  /** A second run, after somebody else was faster with the webhooks, is not to make another certificate. */
  private isRenewed = false;

  constructor(
    private readonly api: KubeApi,
    private readonly request: ClusterRequest,
    private readonly report: Report,
  ) {
    const { secret: name, namespace, service, now, renew } = request;
    this.secretRef = { name, namespace };
    this.terms = { now, hosts: serviceHosts(service, namespace), renew };
  }

  async run(): Promise<void> {
    const { webhook, service: name, namespace } = this.request;
    // In this order: see BundlePublisher.
    const configuration = await this.api.get(mutatingWebhookConfigurations, { name: webhook });
    const secret = (await this.api.get(secrets, this.secretRef)) ?? newCertSecret(this.secretRef);
    const published = configuration && publishedBundles(configuration, { name, namespace });
    const bundle = await this.rightSecret({ secret, published });
    if (published === undefined || published.webhooks.length === 0) this.noteMissing(published);
    else await this.publish(published, bundle);
    this.noteOthers(published);
  }

  private async publish(published: PublishedBundles, bundle: CaBundle | undefined): Promise<void> {
    const { webhook: name, dryRun } = this.request;
    const toChange = webhooksToChange(published, bundle);
    if (!dryRun && bundle !== undefined && toChange.length > 0) {
      await this.api.patch(mutatingWebhookConfigurations, { name }, publishingPatch(published, bundle));
    }
    this.report.line(webhooksLine(name, toChange, this.mark));
  }

  /** Tells its CAs; nothing where that would be those of a certificate that a dry run does not make. */
  private async rightSecret(state: ClusterState): Promise<CaBundle | undefined> {
    const { renew } = this.request;
    const verdict = planSecret(state, { ...this.terms, renew: renew && !this.isRenewed });
    if (verdict.kind === 'keep') {
      if (!this.isRenewed) this.report.line(secretLine(state, verdict, this.mark));
      return verdict.set.bundle;
    }
    if (this.request.dryRun) {
      this.report.line(secretLine(state, verdict, this.mark));
      return verdict.kind === 'rebundle' ? verdict.bundle : undefined;
    }
    const { now, lifeMs } = this.request;
    const next = renewedSecret(state.secret, verdict, { hosts: this.terms.hosts, lifeMs, now });
    const bundle = this.bundleOf(await this.write(next));
    this.isRenewed = true;
    this.report.line(secretLine(state, verdict, this.mark));
    return bundle;
  }

  private write(secret: Secret): Promise<Secret> {
    return secret.metadata.resourceVersion === undefined
      ? this.api.create(secrets, secret)
      : this.api.replace(secrets, secret);
  }

  private bundleOf(written: Secret): CaBundle {
    const checked = readCertSecret(written, this.terms);
    if (checked.kind === 'good') return checked.set.bundle;
    throw injectorErrors.error('certificate-refused', `secret/${this.secretRef.name}: ${checked.detail}`);
  }

  private get mark(): string {
    return this.request.dryRun ? ' (dry run)' : '';
  }

  private noteMissing(published: PublishedBundles | undefined): void {
    const { webhook, service, secret, namespace, dryRun } = this.request;
    const what = `mutatingwebhookconfiguration/${webhook}`;
    this.report.note(
      published === undefined
        ? `There is no ${what} yet: run this again after "kubectl apply -k deploy/", to set its caBundle.`
        : `${what} has no webhook for Service ${namespace}/${service}: see --service and --namespace.`,
    );
    if (dryRun) return;
    this.report.note(
      `The caBundle is: kubectl get secret ${secret} -n ${namespace} -o jsonpath='{.data.ca\\.crt}'`,
    );
  }

  private noteOthers(published: PublishedBundles | undefined): void {
    if (!published?.others.length) return;
    const { webhook, service, namespace } = this.request;
    const names = published.others.join(', ');
    this.report.note(
      `mutatingwebhookconfiguration/${webhook}: left alone, since they do not call Service ${namespace}/${service}: ${names}`,
    );
  }
}
