import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Agent, request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { injectionLabel } from '@podlag/core';
import { runProgram } from '../kernel/run-program';
import { admissionReview, admitted, type Admitted } from './admission';
import type { RequestedPod } from './expand-pods';
import { labErrors } from './lab-errors';
import type { Labels } from './manifest';
import type { LabPrograms } from './programs';
import { RunningProgram } from './running-program';

/** The name by which an API server calls the injector: that of its Service. */
const serviceName = 'podlag-injector.podlag-system.svc';

export interface InjectorOptions {
  readonly programs: LabPrograms;
  /** For its certificates and the list of namespaces. */
  readonly directory: string;
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly path: string;
}

/** The injector's own program, over TLS, asked as an API server asks it. */
export class InjectorProcess {
  private constructor(
    private readonly program: RunningProgram,
    private readonly target: RequestOptions,
    private readonly namespaces: ReadonlyMap<string, Labels>,
  ) {}

  /** @throws PodlagError `injector-failed`, with the end of its log */
  static async start({ programs, directory, namespaces, path }: InjectorOptions): Promise<InjectorProcess> {
    const certificates = join(directory, 'certificates');
    const labelsFile = join(directory, 'namespaces.json');
    await mkdir(certificates, { recursive: true });
    await makeCertificates(programs, certificates);
    // JSON is YAML.
    await writeFile(labelsFile, JSON.stringify(Object.fromEntries(namespaces)));
    const program = new RunningProgram({
      argv: [programs.node, programs.injector],
      env: {
        PATH: path,
        PODLAG_LISTEN_HOST: '127.0.0.1',
        PODLAG_LISTEN_PORT: '0',
        PODLAG_METRICS_PORT: '0',
        PODLAG_TEMPLATE_FILE: programs.template,
        PODLAG_CERT_FILE: join(certificates, 'tls.crt'),
        PODLAG_KEY_FILE: join(certificates, 'tls.key'),
        PODLAG_NAMESPACE_LABELS_FILE: labelsFile,
        PODLAG_SIDECAR_MODE: 'native',
        PODLAG_DRAIN_PERIOD: '0ms',
      },
    });
    try {
      const port = await program.answer(portOfReadyLine, (reason) =>
        labErrors.error('injector-failed', `the injector ${reason}`),
      );
      const ca = await readFile(join(certificates, 'ca.crt'));
      const agent = new Agent({ keepAlive: true });
      const target = {
        host: '127.0.0.1',
        port,
        servername: serviceName,
        ca,
        agent,
        path: '/mutate',
        method: 'POST',
      };
      return new InjectorProcess(program, target, namespaces);
    } catch (error) {
      await program.stop();
      throw error;
    }
  }

  /** Takes a pod through admission. @throws PodlagError `review-failed` */
  async admit(requested: RequestedPod): Promise<Admitted> {
    const { pod } = requested;
    const { namespace } = pod.metadata;
    // The namespaceSelector of the webhook's configuration: the API server does not ask about other namespaces.
    if (this.namespaces.get(namespace)?.[injectionLabel.name] !== injectionLabel.value) {
      const detail = `namespace ${namespace} is not labelled ${injectionLabel.name}=${injectionLabel.value}`;
      return { pod, decision: 'not-selected', detail, warnings: [] };
    }
    const uid = randomUUID();
    return admitted(requested, uid, await this.post(JSON.stringify(admissionReview(requested, uid))));
  }

  async stop(): Promise<void> {
    (this.target.agent as Agent).destroy();
    await this.program.stop();
  }

  private post(body: string): Promise<unknown> {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const call = request({ ...this.target, headers }, (response) => {
        json(response).then((answer) => {
          if (response.statusCode === 200) resolve(answer);
          else reject(this.failed(`status ${response.statusCode ?? '?'}: ${JSON.stringify(answer)}`));
        }, reject);
      });
      call.on('error', (error) => reject(this.failed(error.message)));
      call.end(body);
    });
  }

  private failed(reason: string): Error {
    return labErrors.error('review-failed', `${this.program.logTail}\nthe injector: ${reason}`);
  }
}

async function makeCertificates({ node, certs }: LabPrograms, out: string): Promise<void> {
  const { code, stderr } = await runProgram(node, [certs, '--out', out, '--host', serviceName]);
  if (code !== 0) throw labErrors.error('program-failed', stderr.trim());
}

/** The injector's log line that says where it listens. */
export function portOfReadyLine(line: string): number | undefined {
  try {
    const { msg, port } = JSON.parse(line) as { readonly msg?: unknown; readonly port?: unknown };
    return msg === 'listening' && typeof port === 'number' ? port : undefined;
  } catch {
    return undefined;
  }
}
