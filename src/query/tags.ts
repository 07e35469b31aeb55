import type { UsageCell } from '../model/usage-cell.ts';
import { readTags } from '../session-format/round-cells.ts';
import type { Tag } from './group-keys.ts';

/** The value of a tag in a cell. Each distinct text of tags is parsed once. */
export function tagReader({ tag, absent }: Tag): (cell: Pick<UsageCell, 'tags'>) => string {
  const known = new Map<string, string>();
  return ({ tags }) => {
    let value = known.get(tags);
    if (value === undefined) known.set(tags, (value = valueOf(tags, tag) ?? absent));
    return value;
  };
}

/** A store's files may be hostile: what is no text that a run writes is as if it were not there. */
function valueOf(tags: string, name: string): string | undefined {
  const values = readTags(tags);
  const value: unknown = Object.hasOwn(values, name) ? values[name] : undefined;
  return typeof value === 'string' ? value.toWellFormed() : undefined;
}
