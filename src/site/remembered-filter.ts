import { isCount, isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import type { GivenCondition, GivenFilter } from '../query/store-names.ts';

/** Since when sessions have pages; as it was given, because the last `days` begin later every day. */
export interface GivenPeriod {
  days?: number;
  since?: string;
}

/** What a site remembers of its sessions: null, if it shows all of them, with pages for all of them. */
export interface Remembered {
  filter: GivenFilter | null;
  period: GivenPeriod | null;
}

/** The text of the file that keeps it; undefined if none is needed. */
export function rememberedText({ filter, period }: Remembered): string | undefined {
  if (!filter && !period) return undefined;
  return `${JSON.stringify({ version: 1, ...(filter && { filter }), ...(period && { period }) })}\n`;
}

/** Undefined if it is damaged. */
export function parseRemembered(text: string): Remembered | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || value['version'] !== 1) return undefined;
  const { filter = null, period = null } = value;
  if (filter === null && period === null) return undefined;
  if (filter !== null && !isGivenFilter(filter)) return undefined;
  return period === null || isGivenPeriod(period) ? { filter, period } : undefined;
}

function isGivenPeriod(value: unknown): value is GivenPeriod {
  if (!isRecord(value)) return false;
  const { days, since, ...rest } = value;
  const isOne = isCount(days) ? since === undefined : days === undefined && typeof since === 'string';
  return isOne && Object.keys(rest).length === 0;
}

const NAMES: ReadonlySet<string> = new Set(['model', 'consumer', 'session', 'agent', 'channel']);

function isGivenFilter(value: unknown): value is GivenFilter {
  if (!isRecord(value)) return false;
  const { where = [], ...names } = value;
  return (
    Object.entries(names).every(([name, text]) => NAMES.has(name) && typeof text === 'string') &&
    Array.isArray(where) &&
    where.every(isGivenCondition)
  );
}

function isGivenCondition(value: unknown): value is GivenCondition {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    typeof value['isNot'] === 'boolean' &&
    typeof value['pattern'] === 'string'
  );
}
