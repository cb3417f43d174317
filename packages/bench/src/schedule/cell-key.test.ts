import { cellKey } from './cell-key';
import type { Cell } from './trial';

const cell: Cell = {
  use: 'rr',
  path: 'pod',
  placement: 'other-node',
  condition: 'none',
  client: 'a',
  server: 'b',
};

test('a cell reads from the use to the server', () => {
  expect(cellKey(cell)).toBe('rr/pod/other-node/none/a/b');
});

test.each<Partial<Cell>>([
  { use: 'stream' },
  { path: 'service' },
  { placement: 'same-node' },
  { condition: 'slow' },
  { client: 'b', server: 'a' },
])('another cell has another key: %j', (change) => {
  expect(cellKey({ ...cell, ...change })).not.toBe(cellKey(cell));
});
