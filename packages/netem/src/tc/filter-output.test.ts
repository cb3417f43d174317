import { parseFilters } from './filter-output';

// As printed by iproute2 6.1 on Linux 7.2.
const library = `filter protocol all pref 10 u32 chain 0 
filter protocol all pref 10 u32 chain 0 fh 7fe: ht divisor 1 
filter protocol all pref 10 u32 chain 0 fh 7fe::1 order 1 key ht 7fe bkt 0 *flowid 1:1f not_in_hw 
  match 00000000/00000000 at 0
filter protocol all pref 10 u32 chain 0 fh 143: ht divisor 256 
filter protocol all pref 10 u32 chain 0 fh 143:a:1f order 31 key ht 143 bkt a *flowid 1:10 not_in_hw 
  match 0a000005/ffffffff at 16
  match 000001bb/0000ffff at 20
filter protocol all pref 10 u32 chain 0 fh 800: ht divisor 1 
`;
const root = `filter protocol ip pref 100 u32 chain 0 
filter protocol ip pref 100 u32 chain 0 fh 801: ht divisor 1 
filter protocol ip pref 100 u32 chain 0 fh 801::1 order 1 key ht 801 bkt 0 link 143: not_in_hw 
  match 0a050000/ffff0000 at 16
    hash mask 000000ff at 16 
`;

test('tables and filters are read with their places; what the kernel made by itself is passed over', () => {
  const place = { parent: '1:', pref: 10, protocol: 'all', kind: 'u32', bpf: undefined };
  const plain = { hash: undefined, link: undefined, redirect: undefined };
  expect(parseFilters(library, '1:')).toEqual({
    tables: [
      { parent: '1:', pref: 10, id: 0x7fe, divisor: 1 },
      { parent: '1:', pref: 10, id: 0x143, divisor: 256 },
    ],
    filters: [
      {
        ...place,
        u32: {
          ...plain,
          handle: { table: 0x7fe, bucket: 0, node: 1 },
          keys: [{ value: 0, mask: 0, offset: 0 }],
          flowid: '1:1f',
        },
      },
      {
        ...place,
        u32: {
          ...plain,
          handle: { table: 0x143, bucket: 0xa, node: 0x1f },
          keys: [
            { value: 0x0a000005, mask: 0xffffffff, offset: 16 },
            { value: 443, mask: 0xffff, offset: 20 },
          ],
          flowid: '1:10',
        },
      },
    ],
  });
});

test('a filter of a root table is one of the root, with the hash that leads on', () => {
  expect(parseFilters(root, '1:').filters).toEqual([
    {
      ...{ parent: '1:', pref: 100, protocol: 'ip', kind: 'u32', bpf: undefined },
      u32: {
        handle: { table: 'root', bucket: 0, node: 1 },
        keys: [{ value: 0x0a050000, mask: 0xffff0000, offset: 16 }],
        hash: { mask: 0xff, offset: 16 },
        ...{ flowid: undefined, link: 0x143, redirect: undefined },
      },
    },
  ]);
});

test.each([
  ['made as a link', '*flowid 1:1 link 7fe: not_in_hw ', { link: 0x7fe, flowid: undefined }],
  ['a flowid changed to a link', 'terminal flowid link 7fe: not_in_hw ', { link: 0x7fe, flowid: undefined }],
  ['a link changed to a flowid', '*flowid 1:10 not_in_hw ', { link: undefined, flowid: '1:10' }],
  ['an action alone', 'terminal flowid not_in_hw ', { link: undefined, flowid: undefined }],
  ['by a kernel that says nothing of hardware', 'flowid 1:10 ', { link: undefined, flowid: '1:10' }],
])('the target of one %s', (_, words, expected) => {
  const text = `filter parent 1: protocol all pref 10 u32 chain 0 fh 143:5:1 order 1 key ht 143 bkt 5 ${words}\n`;
  expect(parseFilters(text, '1:').filters).toMatchObject([{ pref: 10, u32: expected }]);
});

test.each(['filter', 'filter ingress'])('the redirect of a hook, as show and get tell it: %s', (start) => {
  const text = `${start} protocol all pref 2332 u32 chain 0 fh 800::1 order 1 key ht 800 bkt 0 terminal flowid not_in_hw 
  match 00000000/00000000 at 0
	action order 1: mirred (Egress Redirect to device plg-eth0) stolen
	index 1 ref 1 bind 1

`;
  expect(parseFilters(text, 'ingress').filters).toMatchObject([
    { parent: 'ingress', pref: 2332, protocol: 'all', u32: { redirect: 'plg-eth0', flowid: undefined } },
  ]);
});

test('a program is read back instruction by instruction', () => {
  const text = `filter protocol all pref 1 bpf chain 0 
filter protocol all pref 1 bpf chain 0 handle 0x1 direct-action not_in_hw bytecode '2,32 0 0 4294963256,6 0 0 4'
`;
  expect(parseFilters(text, '10:').filters).toEqual([
    {
      ...{ parent: '10:', pref: 1, protocol: 'all', kind: 'bpf', u32: undefined },
      bpf: {
        handle: 1,
        program: [
          { code: 32, jt: 0, jf: 0, k: 4_294_963_256 },
          { code: 6, jt: 0, jf: 0, k: 4 },
        ],
      },
    },
  ]);
});

test('of other classifiers the place is known', () => {
  const text = `filter protocol ip pref 5 matchall chain 0 
filter protocol ip pref 5 matchall chain 0 handle 0x1 
  not_in_hw
	action order 1: gact action drop
	 random type none pass val 0
	 index 1 ref 1 bind 1

filter protocol ip pref 6 flower chain 0 
filter protocol ip pref 6 flower chain 0 handle 0x1 
  eth_type ipv4
  dst_ip 1.2.3.4
`;
  const nothing = { parent: 'ingress', protocol: 'ip', u32: undefined, bpf: undefined };
  expect(parseFilters(text, 'ingress')).toEqual({
    tables: [],
    filters: [
      { ...nothing, pref: 5, kind: 'matchall' },
      { ...nothing, pref: 6, kind: 'flower' },
    ],
  });
});
