import { didYouMean } from '@podlag/core';
import * as z from 'zod';
import { quantityInThousandths } from './quantity';

/** Names of containers, volumes and ports: DNS labels (RFC 1123). */
const dnsLabel = z
  .string('must be a name')
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be a name of lowercase letters, digits and "-", up to 63',
  );

const quantity = z
  .union([z.string(), z.number()], 'must be a quantity like 10m or 64Mi')
  .transform(String)
  .refine((text) => quantityInThousandths(text) !== undefined, 'must be a quantity like 10m or 64Mi');

const quantities = z.record(z.string(), quantity).optional();

const environmentVariable = z.looseObject({
  name: z.string('must be a name').min(1, 'must be a name'),
  // The API server takes nothing but a string, and says so only when the pod is created.
  value: z.string('must be a string; put it in quotes').optional(),
});

const port = z.looseObject({
  containerPort: z
    .number('must be a port number')
    .int('must be a port number')
    .min(1, 'must be 1 to 65535')
    .max(65_535, 'must be 1 to 65535'),
  protocol: z.enum(['TCP', 'UDP', 'SCTP'], 'must be TCP, UDP or SCTP').optional(),
});

const capabilities = z.looseObject({
  add: z.array(z.string()).optional(),
  drop: z.array(z.string()).optional(),
});

const list = <T extends z.ZodType>(item: T): z.ZodOptional<z.ZodArray<T>> =>
  z.array(item, 'must be a list').optional();

const containerShape = {
  name: dnsLabel,
  image: z.string('must be an image').min(1, 'must not be empty'),
  env: list(environmentVariable),
  ports: list(port),
  resources: z.looseObject({ requests: quantities, limits: quantities }).optional(),
  securityContext: z.looseObject({ capabilities: capabilities.optional() }).optional(),
  volumeMounts: list(z.looseObject({ name: dnsLabel, mountPath: z.string('must be a path') })),
};

/** The other fields of a Container in the Kubernetes API (v1.36); podlag hands them on as they are. */
const passedOn = [
  'args',
  'command',
  'envFrom',
  'imagePullPolicy',
  'lifecycle',
  'livenessProbe',
  'readinessProbe',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'startupProbe',
  'stdin',
  'stdinOnce',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'tty',
  'volumeDevices',
  'workingDir',
] as const;

const container = strict({
  ...containerShape,
  ...(Object.fromEntries(passedOn.map((name) => [name, z.unknown().optional()])) as Record<
    (typeof passedOn)[number],
    z.ZodOptional<z.ZodUnknown>
  >),
});

const document = strict({
  containers: z
    .array(container, 'must be a list with at least one container')
    .min(1, 'must be a list with at least one container'),
  initContainers: list(container).transform((value) => value ?? []),
  volumes: list(z.looseObject({ name: dnsLabel })).transform((value) => value ?? []),
  annotations: z
    .record(z.string(), z.string('must be a string; put it in quotes'), 'must be a mapping')
    .optional()
    .transform((value) => value ?? {}),
});

export type TemplateContainer = z.output<typeof container>;
export type TemplateVolume = z.output<typeof document>['volumes'][number];
export type TemplateDocument = z.output<typeof document>;

/**
 * The most containers, volumes and annotations that a template may have, all told. Each of them is one operation of
 * the patch, podlag's own token mask and status are two more, and eight is what is promised (see patch.ts).
 */
export const mostAdditions = 6;

/** The format of `sidecarconfig.yaml`. */
export const templateSchema = document.check((context) => {
  const { containers, initContainers, volumes, annotations } = context.value;
  const all = [
    ...containers.map((value, index) => ({ value, path: ['containers', index] })),
    ...initContainers.map((value, index) => ({ value, path: ['initContainers', index] })),
  ];
  const complain = (path: PropertyKey[], message: string): void => {
    context.issues.push({ code: 'custom', path, message, input: context.value });
  };
  const additions = all.length + volumes.length + Object.keys(annotations).length;
  if (additions > mostAdditions) {
    complain(
      [],
      `adds ${additions} things to a pod, containers, volumes and annotations; at most ${mostAdditions}`,
    );
  }
  for (const index of repeated(all.map(({ value }) => value.name))) {
    complain([...(all[index]?.path ?? []), 'name'], 'is the name of another container too');
  }
  for (const index of repeated(volumes.map(({ name }) => name))) {
    complain(['volumes', index, 'name'], 'is the name of another volume too');
  }
  const known = volumes.map(({ name }) => name);
  for (const { value, path } of all) {
    for (const [index, { name }] of (value.volumeMounts ?? []).entries()) {
      // A pod without such a volume would be refused, so one that only some pods have does not do.
      if (!known.includes(name)) {
        complain(
          [...path, 'volumeMounts', index, 'name'],
          `is no volume of this template.${didYouMean(name, known)}`,
        );
      }
    }
  }
});

/** Indices of the names that stand earlier in the list already. */
function repeated(names: readonly string[]): number[] {
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [index] : []));
}

/** A mapping in which a misspelt field is an error; the API server would drop it in silence. */
function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return 'must be a mapping';
      const key = issue.keys[0] ?? '';
      return `unknown field.${didYouMean(key, Object.keys(shape))}`;
    },
  });
}
