import type { core } from 'zod';
import { UsageError } from '../platform/errors.ts';
import type { Decimal } from './money.ts';
import type { Hours, Inexact, Rates, ServiceTier, Tier } from './schedule.ts';

/** The content of a price file. */
export interface FileDocument {
  currencies?: Record<string, CurrencyRate>;
  /** What one USD is worth, by currency: used for reports, never for what is stored. */
  rates?: Record<string, ExchangeRate[]>;
  models: FileEntry[];
}

/** What one unit of a currency is worth on a day. It is fixed in the file, never looked up. */
export interface CurrencyRate {
  usd_per_unit: Decimal;
  date: string;
  source: string;
}

/** What one USD is worth from a date on (UTC). */
interface ExchangeRate {
  from: string;
  per_usd: Decimal;
  source?: string;
}

/** Rates that replace those of the entry within hours of the day. */
interface FileHours extends Hours, Rates {
  tiers?: Tier[];
}

/** One entry of a price file, as written: rates per million tokens, in USD or its currency. */
export interface FileEntry extends Rates {
  match: string;
  aliases?: string[];
  effective_from?: string;
  tiers?: Tier[];
  hours?: FileHours[];
  service_tiers?: Record<string, ServiceTier>;
  inexact?: Inexact;
  free?: true;
  /** Absent for USD. Prices in one of the file's `currencies` are converted to USD; others are kept. */
  currency?: string;
  /** Where the price is from, and when it was seen there. Both are kept in the price book. */
  source?: string;
  seen?: string;
}

/**
 * Parses and checks a price file. Throws a UsageError that names the file, the entry, the field and what was expected.
 */
export async function parsePriceEntries(text: string, path: string): Promise<FileDocument> {
  // Loaded on demand, so that a run without a price file need not wait for it.
  const [{ z }, { priceFileSchema }] = await Promise.all([import('zod'), import('./price-schema.ts')]);
  const schema = priceFileSchema(z);
  const json = parseJson(text.replace(/^\uFEFF/, ''), path);
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => `\n  ${describe(issue, json)}`);
  throw new UsageError(`${path} is not a price file:${problems.slice(0, 10).join('')}`);
}

/** `models[3] (qwen-max*) tiers[0].above: expected …` */
function describe(issue: core.$ZodIssue, json: unknown): string {
  const [list, index, ...field] = issue.path;
  const unknown = issue.code === 'unrecognized_keys';
  const where = [
    ...(list === undefined
      ? []
      : [`${String(list)}${index === undefined ? '' : `[${String(index)}]${matchOf(json, index)}`}`]),
    field
      .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`))
      .join(''),
  ].filter((part) => part !== '');
  const what = unknown
    ? `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
    : issue.message;
  return where.length > 0 ? `${where.join(' ')}: ${what}` : what;
}

function matchOf(json: unknown, index: PropertyKey): string {
  const match = (json as { models?: Record<PropertyKey, { match?: unknown } | null> }).models?.[index]?.match;
  return typeof match === 'string' ? ` (${match})` : '';
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${path} is not a price file: it is not JSON (${error instanceof Error ? error.message : ''}).`,
    );
  }
}
