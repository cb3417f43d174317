const collator = new Intl.Collator('en', { numeric: true });

/** As people count: `node-2` before `node-10`. What is undefined comes first. */
export function naturally(one = '', other = ''): number {
  return collator.compare(one, other) || Number(one > other) - Number(one < other);
}

/** By their places in `order`; what is not in it comes behind, naturally. */
export function inOrderOf(order: readonly string[]): (one: string, other: string) => number {
  const place = (text: string): number => {
    const index = order.indexOf(text);
    return index === -1 ? order.length : index;
  };
  return (one, other) => place(one) - place(other) || naturally(one, other);
}
