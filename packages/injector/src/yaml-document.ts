import { load, YAMLException } from 'js-yaml';
import type * as z from 'zod';
import { fieldName, type Path } from './field-path';
import { YamlPositions } from './yaml-positions';

export interface YamlFile {
  /** What to call it in an error; usually its path. */
  readonly name: string;
  readonly text: string;
}

/** What is wrong with a document, one `file:line: field: what` a line. */
export class YamlProblem extends Error {
  override readonly name = 'YamlProblem';
  constructor(
    message: string,
    /** The first field at fault; undefined when the document is no YAML at all. */
    readonly field?: string,
  ) {
    super(message);
  }
}

/**
 * Reads one YAML document by a schema.
 *
 * @throws YamlProblem with the line of each field at fault
 */
export function readYaml<T>(file: YamlFile, schema: z.ZodType<T>): T {
  const result = schema.safeParse(parse(file));
  if (result.success) return result.data;
  const positions = new YamlPositions(file.text);
  const places = result.error.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
  const lines = places.map(({ path, message }) => {
    const field = path.length === 0 ? '' : `${fieldName(path)}: `;
    return `${file.name}:${positions.lineOf(path)}: ${field}${message}`;
  });
  throw new YamlProblem(lines.join('\n'), fieldName(places[0]?.path ?? []));
}

function parse(file: YamlFile): unknown {
  try {
    return load(file.text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? 1 : error.mark.line + 1;
    throw new YamlProblem(`${file.name}:${line}: not YAML: ${error.reason}`);
  }
}

/** An unknown key is reported on the object around it; the key itself is the better place. */
function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
}
