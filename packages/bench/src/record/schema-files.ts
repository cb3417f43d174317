import * as z from 'zod';
import { manifestSchema } from './manifest-schema';
import { sampleSchema } from './sample-schema';

/** Where the schemas of a run's files lie. */
export const schemaFolder = 'docs/api';

/** JSON Schema 2020-12 of a run's files, by file name, for those who read them without podlag. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['bench-manifest.schema.json', schemaText(manifestSchema)],
    ['bench-sample.schema.json', schemaText(sampleSchema)],
  ]);
}

/** Of what stands in the file, which is what the reader takes in. */
function schemaText(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), undefined, 2)}\n`;
}
