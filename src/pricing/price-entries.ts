import type { core } from 'zod';
import { UsageError } from '../platform/errors.ts';
import { PRICE_TEXT } from './money.ts';
import type { Rates, Tier } from './schedule.ts';

/** One entry of a price file, as written: rates in USD per million tokens. */
export interface FileEntry extends Pick<Rates, 'input' | 'output' | 'cache_read' | 'cache_write'> {
  match: string;
  aliases?: string[];
  effective_from?: string;
  tiers?: Tier[];
  free?: true;
  /** Where the price is from: kept in the price book. */
  source?: string;
}

/** The checked entries of a price file. Throws a UsageError that names file, entry, field and what was expected. */
export async function parsePriceEntries(text: string, path: string): Promise<FileEntry[]> {
  const schema = await priceFileSchema();
  const json = parseJson(text.replace(/^\uFEFF/, ''), path);
  const checked = schema.safeParse(json);
  if (checked.success) return checked.data.models;
  const problems = checked.error.issues.map((issue) => `\n  ${describe(issue, json)}`);
  throw new UsageError(`${path} is not a price file:${problems.slice(0, 10).join('')}`);
}

const RATE = 'expected USD per 1M tokens, a number from 0 or a decimal text such as "0.28"';
const DATE =
  'expected an ISO date such as "2026-01-10", or a time with its zone such as "2026-01-10T08:00:00Z"';
const ALIAS = 'expected a model name without * (a glob belongs into match)';

/** Zod is loaded here and not at the top: a run without a price file does not wait for it. */
async function priceFileSchema() {
  const { z } = await import('zod');
  const text = (error: string) => z.string({ error }).trim().min(1, { error });
  const rate = z.union(
    [z.number().nonnegative({ error: RATE }), z.string().regex(PRICE_TEXT, { error: RATE })],
    { error: RATE },
  );
  const rates = {
    input: rate.exactOptional(),
    output: rate.exactOptional(),
    cache_read: rate.exactOptional(),
    cache_write: rate.exactOptional(),
  };
  const above = 'expected a whole number of input tokens, such as 128000';
  const tier = z
    .strictObject(
      { above: z.int({ error: above }).nonnegative({ error: above }), ...rates },
      { error: 'expected a tier: {"above": 128000, "input": …}' },
    )
    .refine((one) => Object.keys(one).length > 1, { error: 'expected a rate beside above' });
  const entry = z
    .strictObject(
      {
        match: text('expected a model name, with * for any text'),
        aliases: z
          .array(text(ALIAS).regex(/^[^*]*$/, { error: ALIAS }), { error: 'expected a list of model names' })
          .exactOptional(),
        effective_from: z
          .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: DATE })
          .exactOptional(),
        ...rates,
        tiers: z
          .array(tier, { error: 'expected a list of tiers' })
          .refine((tiers) => new Set(tiers.map((one) => one.above)).size === tiers.length, {
            error: 'expected no two tiers above the same number',
          })
          .exactOptional(),
        free: z.literal(true, { error: 'expected true, or no such field' }).exactOptional(),
        source: text('expected where the price is from, as text').exactOptional(),
      },
      { error: 'expected an entry: {"match": "qwen-max*", "input": 1.6, "output": 6.4}' },
    )
    .refine((one) => one.free || one.input !== undefined || one.output !== undefined, {
      error: 'expected input or output (USD per 1M tokens), or "free": true',
    })
    .refine(
      (one) => !one.free || (!one.tiers && Object.keys(rates).every((key) => !Object.hasOwn(one, key))),
      {
        error: 'expected "free": true or rates, not both',
      },
    );
  const list = 'expected {"models": [{"match": …, "input": …, "output": …}]}';
  return z.strictObject({ models: z.array(entry, { error: list }) }, { error: list });
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
