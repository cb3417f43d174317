import { parseFault, type Loss } from '@podlag/core';
import { compose } from '@podlag/netem';
import { lossExtent, type LossExtent } from './loss-extent';

test.each<[unknown, LossExtent]>([
  [{ ratio: '0%' }, 'none'],
  [{ ratio: '99.9%' }, 'some'],
  [{ ratio: '100%' }, 'all'],
  [{ gemodel: { p: '0%' } }, 'none'],
  [{ gemodel: { p: '10%', h: '100%' } }, 'none'],
  [{ gemodel: { p: '0%', k: '99%' } }, 'some'],
  [{ gemodel: { p: '1%' } }, 'some'],
  [{ gemodel: { p: '100%', r: '0%' } }, 'all'],
  [{ gemodel: { p: '1%', r: '0%' } }, 'all'],
  [{ gemodel: { p: '1%', r: '0%', h: '1%' } }, 'some'],
  [{ gemodel: { p: '1%', r: '50%', k: '0%' } }, 'all'],
  [{ gemodel: { p: '0%', r: '50%', h: '100%', k: '0%' } }, 'all'],
  [{ state: { p13: '0%' } }, 'none'],
  [{ state: { p13: '0%', p14: '1%' } }, 'some'],
  [{ state: { p13: '1%' } }, 'some'],
  [{ state: { p13: '100%', p31: '0%' } }, 'all'],
  [{ state: { p13: '1%', p31: '0%' } }, 'all'],
  [{ state: { p13: '1%', p31: '0%', p32: '1%' } }, 'some'],
  [{ state: { p13: '1%', p31: '0%', p14: '100%' } }, 'some'],
])('in the long run, of %j: %s', (loss, extent) => {
  const fault = parseFault({ loss: loss as Loss }, 'a');
  expect(lossExtent(compose([fault], 'egress').loss)).toBe(extent);
});
