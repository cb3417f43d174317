/** A path of the API: `base`, a name below it, and those parameters that have a value. */
export function pathOf(
  base: string,
  name?: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters))
    if (value !== undefined) query.set(key, String(value));
  const path = name === undefined ? base : `${base}/${encodeURIComponent(name)}`;
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
