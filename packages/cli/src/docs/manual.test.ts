import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputSchemas } from '../output/schemas';
import { manualText } from './generated-files';

const file = join(__dirname, '../../../../docs/cli.md');

/** In a process of its own: prettier loads its parts as ES modules, which Jest does not. */
function formatted(text: string): string {
  const prettier = require.resolve('prettier/bin/prettier.cjs');
  return execFileSync(process.execPath, [prettier, '--stdin-filepath', file], {
    ...{ input: text, encoding: 'utf8' },
  });
}

test('docs/cli.md is up to date: pnpm generate writes it', () => {
  const expected = formatted(manualText());
  expect(readFileSync(file, 'utf8')).toBe(expected);
});

test('every document of -o json is in it', () => {
  const text = readFileSync(file, 'utf8');
  for (const command of Object.keys(outputSchemas)) {
    expect(text).toContain(`## ${command.replace(/ --.*/, '')}\n`);
  }
});
