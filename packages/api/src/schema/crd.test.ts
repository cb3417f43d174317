import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { customResources } from '../custom-resource';
import { parseNetworkFault } from '../network-fault';
import { crdDocuments } from './crd';
import { crdFiles, crdFolders } from './crd-files';
import type { JsonSchema } from './json-schema';

const root = join(__dirname, '../../../..');

/** A schema and where it stands: `spec.to[].cidr`. */
interface PlacedSchema {
  readonly path: string;
  readonly schema: JsonSchema;
}

/** All that is under a schema, but not itself: fields, items as `[]`, values of a map as `{}`. */
function* schemasUnder(schema: JsonSchema, path = ''): Generator<PlacedSchema> {
  for (const [name, child] of childrenOf(schema)) {
    const childPath =
      path === '' || name.startsWith('[') || name.startsWith('{') ? `${path}${name}` : `${path}.${name}`;
    yield { path: childPath, schema: child };
    yield* schemasUnder(child, childPath);
  }
}

function childrenOf({
  properties,
  items,
  additionalProperties,
}: JsonSchema): readonly [string, JsonSchema][] {
  return [
    ...Object.entries((properties ?? {}) as Readonly<Record<string, JsonSchema>>),
    ...(items === undefined ? [] : [['[]', items] as [string, JsonSchema]]),
    ...(additionalProperties === undefined ? [] : [['{}', additionalProperties] as [string, JsonSchema]]),
  ];
}

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: JsonSchema };
}

const fields: readonly (PlacedSchema & { readonly kind: string })[] = crdDocuments().flatMap(({ spec }) => {
  const { kind } = spec.names as { readonly kind: string };
  const [version] = spec.versions as readonly Version[];
  return [...schemasUnder(version!.schema.openAPIV3Schema)].map((placed) => ({ kind, ...placed }));
});

const named = (found: typeof fields) => found.map(({ kind, path }) => `${kind} ${path}`);

test('there is a definition of each kind, under its own name', () => {
  const kinds = crdDocuments().map(({ metadata, spec }) => [
    metadata.name,
    (spec.names as { kind: string }).kind,
  ]);
  expect(kinds).toEqual(customResources.map(({ plural, kind }) => [`${plural}.podlag.io`, kind]));
});

test.each([...crdFiles().keys()])('%s is up to date, in each place; if not: pnpm generate', (name) => {
  const texts = crdFolders.map((folder) => readFileSync(join(root, folder, name), 'utf8'));
  expect(texts.map((text) => load(text))).toEqual(crdFolders.map(() => load(crdFiles().get(name)!)));
});

test('nothing is left of definitions that are no more', () => {
  const found = crdFolders.flatMap((folder) => readdirSync(join(root, folder)));
  const expected = crdFolders.flatMap(() => [...crdFiles().keys()]);
  expect(found.filter((name) => name !== 'kustomization.yaml').sort()).toEqual(expected.sort());
});

test('each field is described, for kubectl explain', () => {
  const items = /[\]}]$/;
  const bare = fields.filter(
    ({ path, schema }) => !items.test(path) && typeof schema.description !== 'string',
  );
  expect(named(bare.filter(({ path }) => path !== 'metadata'))).toEqual([]);
});

test('each list and each text of a spec is bounded, so that rules over it have a cost', () => {
  const isBounded = ({ type, maxItems, maxLength, enum: values }: JsonSchema) =>
    (type !== 'array' || maxItems !== undefined) &&
    (type !== 'string' || (maxLength ?? values) !== undefined);
  const ofSpec = fields.filter(({ path }) => path.startsWith('spec'));
  expect(named(ofSpec.filter(({ schema }) => !isBounded(schema)))).toEqual([]);
});

test.each([
  ['spec.to[].hostname', 'the name of a Service record', '_db._tcp.example.com', true],
  ['spec.to[].hostname', 'an address of the web', 'http://example.com', false],
  ['spec.selector.matchLabels{}', 'a label with a slash', 'a/b', false],
])('%s: %s is as podlag reads it', (path, _, text, isTaken) => {
  const found = fields.find((field) => field.kind === 'NetworkFault' && field.path === path);
  expect(new RegExp(found?.schema.pattern as string).test(text)).toBe(isTaken);
  const labels = { matchLabels: { app: text } };
  const spec = path.endsWith('hostname')
    ? { selector: {}, partition: true, to: [{ hostname: text }] }
    : { selector: labels, partition: true };
  const read = (): unknown => parseNetworkFault({ metadata: { name: 'a' }, spec });
  if (isTaken) expect(read).not.toThrow();
  else expect(read).toThrow();
});

/** How docs/resources.md writes a field: without what is told once for all of its kind. */
function documented(path: string): string {
  return path
    .replace(/^spec\.steps\[\]\.fault\./, 'spec.')
    .replace(/^.*\.(matchLabels|matchExpressions)/, '$1')
    .replace(/^spec\.(to|except)\[\]\./, '')
    .replace(/^spec\.links\[\]\.loss\./, 'loss.')
    .replace(/^spec\.(regions|links|steps)\[\]\./, '')
    .replace(/^(spec|status)\./, '')
    .replace(/[[\]{}]+$/, '');
}

test('each field is in docs/resources.md', () => {
  const text = readFileSync(join(root, 'docs/resources.md'), 'utf8');
  const ofSpecAndStatus = fields.filter(({ path }) => /^(spec|status)\./.test(path));
  const missing = ofSpecAndStatus.filter(({ path }) => !text.includes(`| \`${documented(path)}\``));
  expect(named(missing)).toEqual([]);
});
