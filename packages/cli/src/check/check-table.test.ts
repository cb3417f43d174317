import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkGroups } from '../output/check-output';
import { checksBeforeInstall, checksOfInstall } from './check-table';

const all = [...checksBeforeInstall, ...checksOfInstall];
const manual = readFileSync(join(__dirname, '../../../../docs/check.md'), 'utf8');

test.each([...new Set(all.map(({ name }) => name))])('docs/check.md says what %s is', (name) => {
  expect(manual).toContain(`\n| \`${name}\``);
});

test('docs/check.md tells of no check that is none', () => {
  const told = [...manual.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name);
  expect(told.filter((name) => !all.some((check) => check.name === name))).toEqual([]);
});

test('checks stand in the order of their groups, none twice', () => {
  const order = checksOfInstall.map(({ group }) => checkGroups.indexOf(group));
  expect(order).toEqual(order.toSorted((one, other) => one - other));
  expect(new Set(checksOfInstall.map(({ name }) => name)).size).toBe(checksOfInstall.length);
});
