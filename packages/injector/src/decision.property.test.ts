import * as fc from 'fast-check';
import { everyFieldPod } from '../test/every-field-pod';
import {
  inject,
  judge,
  patched,
  podWith,
  type Circumstances,
  type Json,
  type NamedJson,
  type PodJson,
} from '../test/judge';
import { predecessorText, shippedTemplate } from '../test/templates';
import { tikvPod } from '../test/tikv-pod';
import type { Labels } from './namespace';
import { skipReasons } from './skip-rules';
import { parseTemplate, type Template } from './template';
import { mostAdditions } from './template-schema';

const json = fc.jsonValue({ maxDepth: 3 });
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);
const absent = fc.constantFrom(null, undefined);
const unknownFields = fc.dictionary(fc.stringMatching(/^x[A-Za-z]{0,8}$/), json, { maxKeys: 4 });

const port = fc.record({
  containerPort: fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constant(2332)),
  protocol: fc.constantFrom('TCP', 'UDP', null, undefined),
});

const container = fc
  .tuple(
    fc.record({
      name: fc.oneof({ weight: 20, arbitrary: name }, { weight: 1, arbitrary: fc.constant('podlag-agent') }),
      ports: fc.oneof(absent, fc.array(port, { maxLength: 3 })),
    }),
    unknownFields,
  )
  .map(([known, unknown]): Json => ({ ...unknown, ...known }));

const annotations = fc.dictionary(
  fc.oneof(
    fc.string(),
    fc.constantFrom(
      'podlag.io/latency',
      'podlag.io/interface',
      'podlag.io/resources',
      'podlag.io/inject',
      'podlag.io/x',
    ),
    fc.constantFrom('__proto__', 'a/b~c', 'podlag.io/status', 'kubernetes.io/config.mirror'),
  ),
  fc.oneof(fc.string(), fc.constantFrom('20ms', 'eth0', 'cpu=50m', 'true', 'false')),
  { maxKeys: 5 },
);

/** Any pod, as JSON would bring it, with fields that nobody knows. */
const pod = fc
  .record({
    metadata: fc.tuple(fc.record({ annotations: fc.oneof(absent, annotations) }), unknownFields),
    spec: fc.tuple(
      fc.record({
        hostNetwork: fc.constantFrom(true, false, false, false, undefined),
        containers: fc.oneof(absent, fc.array(container, { maxLength: 4 })),
        initContainers: fc.oneof(absent, fc.array(container, { maxLength: 3 })),
        volumes: fc.oneof(
          absent,
          fc.uniqueArray(
            fc
              .oneof(name, fc.constantFrom('podlag-run', 'podlag-no-token', 'podlag-run-2'))
              .map((n): Json => ({ name: n })),
            { maxLength: 5, selector: (volume) => String(volume.name) },
          ),
        ),
        resources: fc.oneof(absent, fc.constant({ limits: { cpu: '1' } })),
      }),
      unknownFields,
    ),
    top: unknownFields,
  })
  .map(({ metadata, spec, top }) => {
    const value = { ...top, metadata: { ...metadata[1], ...metadata[0] }, spec: { ...spec[1], ...spec[0] } };
    return JSON.parse(JSON.stringify(value)) as PodJson;
  });

const biggestTemplate = parseTemplate({
  name: 'biggest',
  text: `
containers: [{name: podlag-agent, image: i, ports: [{containerPort: 2332}]}, {name: second, image: i}]
initContainers: [{name: first, image: i}]
volumes: [{name: podlag-run, emptyDir: {}}]
annotations: {a/b~c: x, d: "y"}
`,
});

const templates: readonly Template[] = [
  shippedTemplate,
  parseTemplate({ name: 'predecessor', text: predecessorText }),
  biggestTemplate,
];

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  template: fc.constantFrom(...templates),
  sidecarMode: fc.constantFrom('native', 'plain'),
  onPodSecurity: fc.constantFrom('skip', 'inject', 'deny'),
  labels: fc.constantFrom<Labels>({}, { 'pod-security.kubernetes.io/enforce': 'baseline' }),
});

const always = (property: (pod: PodJson, circumstances: Circumstances) => void): void => {
  fc.assert(fc.property(pod, circumstances, property), { numRuns: 500 });
};

test('a patch has only add operations, at most eight, and another library can apply it', () => {
  always((given, when) => {
    const decision = judge(given, when);
    if (decision.kind !== 'inject') return;
    expect(decision.patch.length).toBeLessThanOrEqual(8);
    expect(decision.patch.every(({ op }) => (op as string) === 'add')).toBe(true);
    patched(given, decision);
  });
});

test('the template with the most that it may have takes just eight operations', () => {
  const decision = judge(
    podWith({ metadata: { annotations: {} }, spec: { initContainers: [], containers: [], volumes: [] } }),
    {
      template: biggestTemplate,
    },
  );
  expect(decision).toMatchObject({ kind: 'inject', patch: { length: mostAdditions + 2 } });
});

test('every field of a pod survives, whether anybody knows it or not', () => {
  always((given, when) => expect(withoutAdditions(inject(given, when), given)).toEqual(given));
});

test.each(['plain', 'native'] as const)(
  'a pod with every field of the Pod API keeps each of them (%s)',
  (sidecarMode) => {
    const given = JSON.parse(JSON.stringify(everyFieldPod())) as Json;
    const injected = inject(given, { sidecarMode });
    expect(injected).not.toEqual(given);
    expect(withoutAdditions(injected, given)).toEqual(given);
  },
);

test('a second pass finds the sidecar and leaves the pod alone', () => {
  always((given, when) => {
    const once = inject(given, when);
    if (once !== given) expect(judge(once, when)).toMatchObject({ kind: 'skip', reason: 'already-injected' });
  });
});

test('another webhook that adds containers and reorders them between two passes does not make it two sidecars', () => {
  fc.assert(
    fc.property(pod, circumstances, container, (given, when, foreign) => {
      const once = inject(given, when);
      if (once === given) return;
      const { initContainers, containers } = once.spec;
      const hostile = podWith({
        metadata: { annotations: {} },
        spec: {
          ...once.spec,
          initContainers: [foreign, ...list(initContainers)].reverse(),
          containers: [...list(containers), foreign].reverse(),
        },
      });
      expect(judge(hostile, when)).toMatchObject({ kind: 'skip', reason: 'already-injected' });
    }),
  );
});

test('whatever is decided has one reason of the list, and warnings that a terminal shows on one line', () => {
  always((given, when) => {
    const { kind, reason, warnings, detail } = judge(given, when);
    expect(kind === 'inject' ? ['injected'] : Object.keys(skipReasons)).toContain(reason);
    expect(detail).not.toBe('');
    expect(warnings.length).toBeGreaterThan(0);
    for (const warning of warnings) expect(warning).toMatch(/^podlag: [\x20-\x7e]{1,112}$/);
  });
});

test('the same question gets the same answer', () => {
  always((given, when) => expect(judge(given, when)).toEqual(judge(structuredClone(given), when)));
});

test('no two volumes or containers have one name after it, if none had before', () => {
  always((given, when) => {
    const spec = inject(given, when).spec;
    expect(repeats(spec.volumes)).toBe(false);
    if (!repeats([...list(given.spec.containers), ...list(given.spec.initContainers)])) {
      expect(repeats([...list(spec.containers), ...list(spec.initContainers)])).toBe(false);
    }
  });
});

test('the patch has the same length for a small pod and for one of 2,000 variables', () => {
  const env = Array.from({ length: 2_000 }, (_, i) => ({ name: `V${i}`, value: 'x' }));
  const small = tikvPod() as PodJson;
  const big = {
    ...small,
    spec: { ...small.spec, containers: small.spec.containers.map((each) => ({ ...each, env })) },
  };
  const sizes = [small, big].map((each) => {
    const decision = judge(each);
    return decision.kind === 'inject' ? JSON.stringify(decision.patch).length : 0;
  });
  expect(sizes[0]).toBeGreaterThan(0);
  expect(sizes[1]).toBe(sizes[0]);
});

/** `injected` less what was added to `given`: what is left has to be `given` again. */
function withoutAdditions(injected: Json, given: Json): Json {
  if (injected === given) return given;
  const now = structuredClone(injected) as Parts;
  const was = given as Parts;
  return {
    ...now,
    metadata: restored(now.metadata, was.metadata, {
      annotations: (all, own) => {
        const kept = Object.entries(all).filter(([key]) => Object.hasOwn(own, key));
        // The one that is written anew: a status copied from another pod's YAML would tell lies about this one.
        const status = Object.entries(own).filter(([key]) => key === 'podlag.io/status');
        return Object.fromEntries([...kept, ...status]);
      },
    }),
    // By position, not by name: ours are in front of the init containers, and at the end of the others.
    spec: restored(now.spec, was.spec, {
      initContainers: (all, own) => list(all).slice(list(all).length - list(own).length),
      containers: (all, own) => list(all).slice(0, list(own).length),
      volumes: (all, own) => list(all).slice(0, list(own).length),
    }),
  };
}

interface Parts extends Json {
  readonly metadata: Json;
  readonly spec: Json;
}

type Less = (all: object, own: object) => unknown;

/** `now` with the fields of `less` as they were: shortened where there was something, and else what there was instead. */
function restored(now: Json, was: Json, less: Readonly<Record<string, Less>>): Json {
  const untouched = Object.entries(now).filter(([key]) => !(key in less));
  const shortened = Object.entries(less).flatMap(([key, shorten]): [string, unknown][] => {
    const own = was[key];
    if (typeof own !== 'object' || own === null) return key in was ? [[key, own]] : [];
    return [[key, shorten(now[key] as object, own)]];
  });
  return Object.fromEntries([...untouched, ...shortened]);
}

function list(value: unknown): NamedJson[] {
  return (value ?? []) as NamedJson[];
}

function repeats(value: unknown): boolean {
  const names = list(value).map(({ name }) => name);
  return new Set(names).size < names.length;
}
