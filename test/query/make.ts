import type { Row } from '../../src/query/aggregate.ts';
import type { Group } from '../../src/query/group-usage.ts';

/** Groups by their first name. */
export function rowsOf(groups: readonly Group[]): Map<string, Row> {
  return new Map(groups.map(({ names: [name = ''], row }) => [name, row]));
}
