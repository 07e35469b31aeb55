import type { z as Zod } from 'zod';
import { PRICE_TEXT } from './money.ts';

const RATE = 'expected USD per 1M tokens, a number from 0 or a decimal text such as "0.28"';
const DATE =
  'expected an ISO date such as "2026-01-10", or a time with its zone such as "2026-01-10T08:00:00Z"';
const DAY = 'expected a date such as "2026-01-10"';
const ALIAS = 'expected a model name without * (a glob belongs into match)';
const CURRENCY = 'expected three capital letters such as "CNY"';
const CURRENCY_CODE = /^[A-Z]{3}$/;

/** The schema of a price file. The published JSON schema is made from it: `describe` is what an editor shows. */
export function priceFileSchema(z: typeof Zod) {
  const text = (error: string) => z.string({ error }).trim().min(1, { error });
  const rate = z.union(
    [z.number().nonnegative({ error: RATE }), z.string().regex(PRICE_TEXT, { error: RATE })],
    { error: RATE },
  );
  const rateOf = (what: string) => rate.describe(`${what}, per 1M tokens`).exactOptional();
  const rates = {
    input: rateOf('Prompt tokens'),
    output: rateOf('Generated tokens, reasoning included'),
    output_reasoning: rateOf('In place of output for a round that reasoned, all of its output'),
    cache_read: rateOf('Prompt tokens read from a cache; without it, they cost what input costs'),
    cache_write: rateOf('Prompt tokens written to a cache; without it, they cost what input costs'),
  };
  const above = 'expected a whole number of input tokens, such as 128000';
  const tier = z
    .strictObject(
      {
        above: z
          .int({ error: above })
          .nonnegative({ error: above })
          .describe('The rates of a round with more input tokens than this, for all of its tokens'),
        ...rates,
      },
      { error: 'expected a tier: {"above": 128000, "input": …}' },
    )
    .refine((one) => Object.keys(one).length > 1, { error: 'expected a rate beside above' });
  const entry = z
    .strictObject(
      {
        match: text('expected a model name, with * for any text').describe(
          'The model as the log names it, in any case; * stands for any text',
        ),
        aliases: z
          .array(text(ALIAS).regex(/^[^*]*$/, { error: ALIAS }), { error: 'expected a list of model names' })
          .describe('Other names of it, without *')
          .exactOptional(),
        effective_from: z
          .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: DATE })
          .describe('A date (UTC), or a time with its zone, from which on this price holds')
          .exactOptional(),
        currency: z
          .string({ error: CURRENCY })
          .regex(CURRENCY_CODE, { error: CURRENCY })
          .describe('What the rates are in, one of currencies; without it, USD')
          .exactOptional(),
        ...rates,
        tiers: z
          .array(tier, { error: 'expected a list of tiers' })
          .refine((tiers) => new Set(tiers.map((one) => one.above)).size === tiers.length, {
            error: 'expected no two tiers above the same number',
          })
          .exactOptional(),
        free: z
          .literal(true, { error: 'expected true, or no such field' })
          .describe('Costs nothing; not together with rates')
          .exactOptional(),
        source: text('expected where the price is from, as text')
          .describe('Where the price is from: kept in the price book')
          .exactOptional(),
        seen: z.iso.date({ error: DAY }).describe('When it was seen there').exactOptional(),
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
  const perUnit = 'expected USD for one unit of the currency, such as "0.14"';
  const currency = z.strictObject(
    {
      usd_per_unit: z
        .union(
          [
            z.number().positive({ error: perUnit }),
            z
              .string()
              .regex(PRICE_TEXT, { error: perUnit })
              .refine((text) => Number(text) > 0, { error: perUnit }),
          ],
          {
            error: perUnit,
          },
        )
        .describe('USD for one unit; it is never looked up'),
      date: z.iso.date({ error: DAY }).describe('Of which day the rate is'),
      source: text('expected where the rate is from, as text').describe('Where the rate is from'),
    },
    { error: 'expected a rate: {"usd_per_unit": "0.14", "date": "2026-01-10", "source": …}' },
  );
  const list = 'expected {"models": [{"match": …, "input": …, "output": …}]}';
  return z
    .strictObject(
      {
        $schema: z.string({ error: 'expected the address of a JSON schema' }).exactOptional(),
        currencies: z
          .record(z.string().regex(CURRENCY_CODE, { error: CURRENCY }), currency, {
            error: 'expected rates by currency: {"CNY": {"usd_per_unit": …, "date": …, "source": …}}',
          })
          .exactOptional(),
        models: z.array(entry, { error: list }),
      },
      { error: list },
    )
    .meta({ title: 'Price file of monitor (--prices): rates per million tokens' })
    .superRefine(({ currencies, models }, context) => {
      for (const [i, { currency: code }] of models.entries()) {
        if (code === undefined || code === 'USD' || Object.hasOwn(currencies ?? {}, code)) continue;
        const message = `expected a currency that "currencies" has a rate of (${code} has none)`;
        context.addIssue({ code: 'custom', path: ['models', i, 'currency'], message });
      }
    });
}
