import { Duration, setting } from '@podlag/core';
import * as z from 'zod';
import { mostSeed } from '../scenario/scenario-document';
import { dnsLabel } from '../scenario/dns-label';

/** Everything that can be set, by the environment (`PODLAG_RUN`). */
export const orchestratorSettings = z.strictObject({
  /** The run's name, a DNS label; its folder's too. */
  run: dnsLabel(),
  /** File: the scenario, YAML. */
  scenario: setting.text(),
  /** Of the order; default: the scenario's, or drawn. */
  seed: setting.count(0, mostSeed).optional(),
  /** File: the workers, JSON. */
  workers: setting.text(),
  /** Where workers connect, with mutual TLS. */
  channelPort: setting.port().default(8443),
  /** Where status and results are, plain HTTP. */
  httpPort: setting.port().default(8090),
  /** The address for it; every one of the machine when not given. */
  httpHost: setting.text().optional(),
  /** File: who has its text may read the run and end it. */
  httpTokenFile: setting.text(),
  /** Folder with ca.crt, tls.crt and tls.key. */
  tlsFolder: setting.text(),
  /** Folder in which the run's folder is, or will be. */
  results: setting.text(),
  /** How long workers have to come. */
  workersWithin: setting.duration().default(() => Duration.parse('2m')),
  /** How long to wait, when the run has ended, for whoever fetches the results. */
  linger: setting.duration().default(() => Duration.parse('10m')),
  /** File: a token for agents in token mode. */
  agentTokenFile: setting.text().optional(),
  /** Kubernetes' version, for the manifest. */
  kubernetes: setting.text().optional(),
  logLevel: setting.logLevel().default('info'),
});

export type OrchestratorSettings = Readonly<z.output<typeof orchestratorSettings>>;
