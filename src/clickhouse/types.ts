import type { ColumnKind } from '../rows/columns.ts';

/** Which types a server has: those before 20.3 lack times with milliseconds, and texts with few values. */
export type Dialect = 'current' | 'old';

const FIRST_CURRENT = [20, 3] as const;

/** Undefined if it is no version, such as 26.7.2.1 or 18.16.1. */
export function dialectOf(version: string): Dialect | undefined {
  const [, major, minor = '0'] = /^(\d{1,4})(?:\.(\d{1,4}))?(?:\.|$)/.exec(version) ?? [];
  if (major === undefined) return undefined;
  const [first, second] = FIRST_CURRENT;
  const isOld = Number(major) < first || (Number(major) === first && Number(minor) < second);
  return isOld ? 'old' : 'current';
}

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'String',
  name: 'LowCardinality(String)',
  count: 'UInt64',
  number: 'UInt32',
  'number?': 'Nullable(UInt32)',
  time: "DateTime64(3, 'UTC')",
  milliseconds: 'Int64',
  money: 'Decimal(38, 18)',
  'money?': 'Nullable(Decimal(38, 18))',
  ids: 'Array(UInt16)',
  counts: 'Array(UInt64)',
};

const OLD_TYPES: Partial<typeof TYPES> = { name: 'String', time: "DateTime('UTC')" };

export function typeOf(kind: ColumnKind, dialect: Dialect): string {
  return (dialect === 'old' ? OLD_TYPES[kind] : undefined) ?? TYPES[kind];
}

/** Whether a column of this type takes the values: somebody may have made the table with other types for texts and times. */
export function fits(kind: ColumnKind, type: string): boolean {
  const plain = type.replaceAll(/\s+/g, '').replace(/^LowCardinality\((.*)\)$/, '$1');
  if (kind === 'name' || kind === 'text') return plain === 'String';
  if (kind === 'time') return /^DateTime(?:64\(3,'UTC'\)|\('UTC'\))$/.test(plain);
  return plain === TYPES[kind].replaceAll(/\s+/g, '');
}
