import { createLogger, loadConfig } from '@podlag/core';
import { mkdirSync, readFileSync } from 'node:fs';
import { request, type Agent, type RequestOptions } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { newCertificate, type NewCertificate } from '../src/certificates/new-certificate';
import { startInjector, type Injector, type InjectorOptions } from '../src/injector';
import { settingsSchema } from '../src/settings';
import { ConfigMapVolume } from './config-map-volume';
import { afterTest, temporaryDirectory } from './temporary-directory';
import { shippedTemplatePath } from './templates';

export const shippedTemplateText = readFileSync(shippedTemplatePath, 'utf8');

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): unknown;
}

/** An injector on ports of its own, with files that a test may change. */
export interface Running extends Injector {
  readonly certificate: NewCertificate;
  readonly certs: ConfigMapVolume;
  readonly config: ConfigMapVolume;
  /** What was logged, a line each. */
  readonly log: readonly string[];
  ask(options: RequestOptions, body?: string | Buffer): Promise<Answer>;
  review(body: unknown, agent?: Agent): Promise<Answer>;
  metrics(): Promise<string>;
}

export async function runInjector(
  env: Readonly<Record<string, string | undefined>> = {},
  options: InjectorOptions = {},
): Promise<Running> {
  const directory = temporaryDirectory();
  const volume = (name: string, files: Record<string, string>): ConfigMapVolume => {
    mkdirSync(join(directory, name));
    return new ConfigMapVolume(join(directory, name), files);
  };
  const certificate = newCertificate({
    hosts: ['localhost', '127.0.0.1'],
    lifeMs: 3_600_000,
    now: new Date(),
  });
  const certs = volume('certs', certFilesOf(certificate));
  const config = volume('config', { 'sidecarconfig.yaml': shippedTemplateText, 'labels.yaml': '{}\n' });
  const settings = loadConfig(settingsSchema, {
    env: {
      PODLAG_LISTEN_PORT: '0',
      PODLAG_METRICS_PORT: '0',
      PODLAG_LISTEN_HOST: '127.0.0.1',
      PODLAG_TEMPLATE_FILE: config.path('sidecarconfig.yaml'),
      PODLAG_NAMESPACE_LABELS_FILE: config.path('labels.yaml'),
      PODLAG_CERT_FILE: certs.path('tls.crt'),
      PODLAG_KEY_FILE: certs.path('tls.key'),
      PODLAG_DRAIN_PERIOD: '0ms',
      ...env,
    },
  });
  const log: string[] = [];
  const logger = createLogger('injector', 'info', { write: (line: string) => void log.push(line) });
  const injector = await startInjector(settings, logger, { watch: { settleMs: 1 }, ...options });
  afterTest(() => injector.stop());
  const to = {
    port: injector.port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: certificate.ca,
    agent: false,
  } as const;
  const ask: Running['ask'] = (more, body) => send({ ...to, ...more }, body);
  return {
    ...injector,
    certificate,
    certs,
    config,
    log,
    ask,
    review: (body, agent) =>
      ask(
        { method: 'POST', path: '/mutate', headers: json, ...(agent ? { agent } : {}) },
        JSON.stringify(body),
      ),
    metrics: async () => (await fetch(`http://127.0.0.1:${injector.metricsPort}/metrics`)).text(),
  };
}

const json = { 'Content-Type': 'application/json' };

export function certFilesOf({ cert, key }: NewCertificate): Record<string, string> {
  return { 'tls.crt': cert, 'tls.key': key };
}

function send(options: RequestOptions, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, text, json: () => JSON.parse(text) as unknown });
      });
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
