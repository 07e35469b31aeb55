import { KEY_FIELDS, NOT_RECORDED, type GroupKey } from './group-keys.ts';

/**
 * The names of a row by key, such as `session_id`; null for a name that the log does not have. Those of dimensions are
 * in `dimensions`: null if the store did not record it, `""` if the requests had no value.
 */
export function namesJson(
  keys: readonly GroupKey[],
  names: readonly string[],
): Record<string, string | null | Record<string, string | null>> {
  const named: [string, string | null][] = [];
  const dimensions: [string, string | null][] = [];
  for (const [i, key] of keys.entries()) {
    const name = names[i] ?? '';
    if (typeof key === 'string') named.push([KEY_FIELDS[key], name || null]);
    else dimensions.push([key.tag, name === NOT_RECORDED ? null : name]);
  }
  return {
    ...Object.fromEntries(named),
    ...(dimensions.length > 0 && { dimensions: Object.fromEntries(dimensions) }),
  };
}
