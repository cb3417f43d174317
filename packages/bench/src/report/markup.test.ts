import * as fc from 'fast-check';
import { markup } from './markup';

test.each([
  ['a tag', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['an end of an attribute', `" onload='x`, '&quot; onload=&#39;x'],
  ['an entity', '&lt;', '&amp;lt;'],
  ['a control character', 'a\u001b[2Jb\u0000', 'a\ufffd[2Jb\ufffd'],
  ['a half of a character', 'a\ud800b', 'a\ufffdb'],
  ['a turned reading order', 'a\u202eb', 'ab'],
])('%s in a text stays a text', (_, text, shown) => {
  expect(markup`<b title="${text}">${text}</b>`.text).toBe(`<b title="${shown}">${shown}</b>`);
});

test('markup within markup is not escaped again, and nothing stands for nothing', () => {
  expect(markup`<ul>${['a', 'b&'].map((each) => markup`<li>${each}</li>`)}${undefined}${3}</ul>`.text).toBe(
    '<ul><li>a</li><li>b&amp;</li>3</ul>',
  );
});

test('no text makes a tag or ends an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [, shown] = /^<b title="(.*)">$/s.exec(markup`<b title="${text}">`.text) ?? [];
      expect(shown).not.toMatch(/[<>"']/);
    }),
  );
});
