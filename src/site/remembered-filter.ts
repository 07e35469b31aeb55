import { PRICE_TEXT } from '../pricing/money.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import type { GivenCondition, GivenFilter } from '../query/store-names.ts';

/** Since when sessions have pages; as it was given, because the last `days` begin later every day. */
export interface GivenPeriod {
  days?: number;
  since?: string;
}

export const BUDGET_PERIODS = ['day', 'week', 'month', 'total'] as const;

/** What may be spent. The words are those of `check`. */
export interface GivenBudget {
  /** A decimal, as it was given. */
  amount: string;
  /** ISO 4217. */
  currency: string;
  per: (typeof BUDGET_PERIODS)[number];
}

/** What a site remembers: null, if it shows all sessions, with pages for all of them, and no budget. */
export interface Remembered {
  filter: GivenFilter | null;
  period: GivenPeriod | null;
  budget: GivenBudget | null;
}

/** The text of the file that keeps it; undefined if none is needed. */
export function rememberedText({ filter, period, budget }: Remembered): string | undefined {
  if (!filter && !period && !budget) return undefined;
  const known = { ...(filter && { filter }), ...(period && { period }), ...(budget && { budget }) };
  return `${JSON.stringify({ version: 1, ...known })}\n`;
}

/** Undefined if it is damaged. */
export function parseRemembered(text: string): Remembered | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || value['version'] !== 1) return undefined;
  const { filter = null, period = null, budget = null } = value;
  if (filter === null && period === null && budget === null) return undefined;
  if (filter !== null && !isGivenFilter(filter)) return undefined;
  if (budget !== null && !isGivenBudget(budget)) return undefined;
  return period === null || isGivenPeriod(period) ? { filter, period, budget } : undefined;
}

function isGivenBudget(value: unknown): value is GivenBudget {
  if (!isRecord(value)) return false;
  const { amount, currency, per } = value;
  return (
    typeof amount === 'string' &&
    PRICE_TEXT.test(amount) &&
    typeof currency === 'string' &&
    /^[A-Z]{3}$/.test(currency) &&
    BUDGET_PERIODS.some((known) => known === per)
  );
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
