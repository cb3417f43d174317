import type { ApiObject } from '../api-client';

/** A v1.Service, as far as its environment variables go. */
export interface ApiService extends ApiObject {
  readonly spec: {
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
  };
}

type Env = Readonly<Record<string, string>>;

/** The variables by which a container finds the Services of its namespace (v1.PodSpec, enableServiceLinks). */
export function serviceLinks(services: readonly ApiService[]): Env {
  return Object.assign({}, ...services.map(linksOf)) as Env;
}

function linksOf({ metadata, spec }: ApiService): Env {
  const { clusterIP, ports = [] } = spec;
  const [first] = ports;
  if (clusterIP === undefined || clusterIP === 'None' || clusterIP === '' || first === undefined) return {};
  const name = variable(metadata.name);
  const named = ports.filter((port) => port.name !== undefined && port.name !== '');
  return {
    [`${name}_SERVICE_HOST`]: clusterIP,
    [`${name}_SERVICE_PORT`]: String(first.port),
    ...Object.fromEntries(
      named.map((port) => [`${name}_SERVICE_PORT_${variable(port.name ?? '')}`, String(port.port)]),
    ),
    [`${name}_PORT`]: url(clusterIP, first),
    ...Object.fromEntries(ports.flatMap((port) => dockerLinks(name, clusterIP, port))),
  };
}

type Port = NonNullable<ApiService['spec']['ports']>[number];

function dockerLinks(name: string, clusterIP: string, port: Port): readonly [string, string][] {
  const { protocol = 'TCP' } = port;
  const prefix = `${name}_PORT_${port.port}_${protocol}`;
  return [
    [prefix, url(clusterIP, port)],
    [`${prefix}_PROTO`, protocol.toLowerCase()],
    [`${prefix}_PORT`, String(port.port)],
    [`${prefix}_ADDR`, clusterIP],
  ];
}

function url(clusterIP: string, { port, protocol = 'TCP' }: Port): string {
  return `${protocol.toLowerCase()}://${clusterIP}:${port}`;
}

function variable(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
