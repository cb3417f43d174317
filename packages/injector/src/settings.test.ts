import { environmentName, loadConfig } from '@podlag/core';
import { documentedSettings } from '@podlag/core/testing';
import { settingsSchema } from './settings';

const documented = documentedSettings('injector');
const loaded = (env: Readonly<Record<string, string>>) => JSON.stringify(loadConfig(settingsSchema, { env }));

test('docs/settings.md has each setting of the injector, and no other', () => {
  const names = Object.keys(settingsSchema.shape).map(environmentName);
  expect(documented.map(([name]) => name)).toEqual(names);
});

test.each(documented)('what it has as the default of %s is what comes without it', (name, standard) => {
  expect(loaded(standard === undefined ? {} : { [name]: standard })).toBe(loaded({}));
});
