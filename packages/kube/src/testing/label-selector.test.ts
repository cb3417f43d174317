import { labelMatch } from './label-selector';

const labels = { app: 'web', 'app.kubernetes.io/part-of': 'shop', empty: '' };

test.each([
  ['', true],
  ['app', true],
  ['tier', false],
  ['!app', false],
  ['!tier', true],
  ['app=web', true],
  ['app==web', true],
  ['app=db', false],
  ['empty=', true],
  ['tier=', false],
  ['app!=web', false],
  ['tier!=web', true],
  ['app in (db, web)', true],
  ['app in (db)', false],
  ['tier in ()', false],
  ['app notin (db,web)', false],
  ['tier notin (db,web)', true],
  ['app.kubernetes.io/part-of=shop,app in (db,web),!tier', true],
  ['app=web,tier', false],
])('the selector "%s" means an object that is labelled %j: %s', (selector, isMeant) => {
  expect(labelMatch(selector)?.(labels)).toBe(isMeant);
});

test.each(['app=web,', 'app=a=b', 'app in db', '=web', 'app > 3'])('"%s" is no selector', (text) => {
  expect(labelMatch(text)).toBeUndefined();
});
