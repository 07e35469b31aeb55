import type { z as Zod } from 'zod';
import { PRICE_TEXT } from './money.ts';
import { RATE_NAMES, type Rates } from './schedule.ts';

const RATE = 'expected a rate per 1M tokens: 0 or a positive number, or a decimal text such as "0.28"';
const FEE = 'expected a fee per 1,000: 0 or a positive number, or a decimal text such as "10"';
const CLOCK = 'expected a time of day such as "09:00"';
const WEEKDAYS = 'expected weekdays from 1 (Monday) to 7 (Sunday), each once';
const OFFSET = 'expected an offset from UTC such as "+08:00"';
const DATE =
  'expected an ISO date such as "2026-01-10", or a time with its zone such as "2026-01-10T08:00:00Z"';
const DAY = 'expected a date such as "2026-01-10"';
const ALIAS = 'expected a model name without * (a glob belongs in match)';
const CURRENCY = 'expected a currency code of three capital letters, such as "CNY"';
const CURRENCY_CODE = /^[A-Z]{3}$/;
const TIER_NAME = 'expected a service tier as the log names it, such as "priority"';
const INEXACT = 'expected "search-fee", "unverified", "upper" or "lower"';
const CLOCK_TEXT = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$|^24:00$/;
const OFFSET_TEXT = /^[+-](?:0\d|1[0-4]):[0-5]\d$/;

/** The schema of a price file. The published JSON schema is generated from it; editors show its descriptions. */
export function priceFileSchema(z: typeof Zod) {
  const text = (error: string) => z.string({ error }).trim().min(1, { error });
  const decimal = (error: string) =>
    z.union([z.number().nonnegative({ error }), z.string().regex(PRICE_TEXT, { error })], { error });
  const rateOf = (what: string) => decimal(RATE).describe(`${what}, per 1M tokens`).exactOptional();
  const feeOf = (what: string) => decimal(FEE).describe(`${what}, per 1,000`).exactOptional();
  const rates = {
    input: rateOf('Prompt tokens'),
    output: rateOf('Generated tokens, reasoning included'),
    output_reasoning: rateOf('Replaces output for all output of a round that reasoned'),
    cache_read: rateOf('Prompt tokens read from a cache; if absent, the rate of input applies'),
    cache_write: rateOf('Prompt tokens written to a cache; if absent, the rate of input applies'),
    cache_write_1h: rateOf('Cache writes kept for an hour; if absent, the rate of cache_write applies'),
    input_audio: rateOf('Audio in the prompt; if absent, the rate of input applies'),
    output_audio: rateOf('Generated audio; if absent, the rate of output applies'),
    cache_read_audio: rateOf('Audio read from a cache; if absent, the rate of input_audio applies'),
    input_image: rateOf('Images in the prompt; if absent, the rate of input applies'),
    output_image: rateOf('Generated images; if absent, the rate of output applies'),
    cache_read_image: rateOf('Images read from a cache; if absent, the rate of input_image applies'),
    requests: feeOf('Requests, in addition to their tokens'),
    searches: feeOf('Web searches that the log counts'),
  } satisfies Record<keyof Rates, unknown>;
  const above = 'expected a whole number of input tokens, such as 128000';
  const tier = z
    .strictObject(
      {
        above: z
          .int({ error: above })
          .nonnegative({ error: above })
          .describe('These rates apply to all tokens of a round with more input tokens than this'),
        ...rates,
      },
      { error: 'expected a tier: {"above": 128000, "input": …}' },
    )
    .refine((one) => Object.keys(one).length > 1, { error: 'expected a rate next to above' });
  const tiers = z
    .array(tier, { error: 'expected a list of tiers' })
    .refine((list) => new Set(list.map((one) => one.above)).size === list.length, {
      error: 'expected no two tiers above the same number',
    })
    .exactOptional();
  const clock = z.string({ error: CLOCK }).regex(CLOCK_TEXT, { error: CLOCK });
  const hours = z
    .strictObject(
      {
        start: clock.describe('The rates apply from this time of day'),
        end: clock.describe('Up to this time, which is on the next day if it is before the start'),
        weekdays: z
          .array(z.int({ error: WEEKDAYS }).min(1, { error: WEEKDAYS }).max(7, { error: WEEKDAYS }), {
            error: WEEKDAYS,
          })
          .min(1, { error: WEEKDAYS })
          .refine((days) => new Set(days).size === days.length, { error: WEEKDAYS })
          .describe('From 1 (Monday) to 7 (Sunday); if absent, every day')
          .exactOptional(),
        utc_offset: z
          .string({ error: OFFSET })
          .regex(OFFSET_TEXT, { error: OFFSET })
          .describe('The time zone of the hours and weekdays; if absent, UTC')
          .exactOptional(),
        ...rates,
        tiers,
      },
      { error: 'expected hours: {"start": "09:00", "end": "12:00", "input": …}' },
    )
    .refine((one) => hasRates(one), { error: 'expected a rate next to start and end' });
  const service = z
    .strictObject({ ...rates, tiers }, { error: 'expected rates: {"input": …, "output": …}' })
    .refine((one) => hasRates(one), { error: 'expected a rate' });
  const entry = z
    .strictObject(
      {
        match: text('expected a model name, with * for any text').describe(
          'The model as the log names it, in any case; * matches any text',
        ),
        aliases: z
          .array(text(ALIAS).regex(/^[^*]*$/, { error: ALIAS }), { error: 'expected a list of model names' })
          .describe('Other names of the model, without *')
          .exactOptional(),
        effective_from: z
          .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: DATE })
          .describe('A date (UTC), or a time with its zone, from which this price applies')
          .exactOptional(),
        currency: z
          .string({ error: CURRENCY })
          .regex(CURRENCY_CODE, { error: CURRENCY })
          .describe(
            'The currency of the rates; if absent, USD. If currencies has a rate for it, prices are converted to USD',
          )
          .exactOptional(),
        ...rates,
        tiers,
        hours: z
          .array(hours, { error: 'expected a list of hours' })
          .describe(
            'Rates that replace the ones above within hours of the day; if two apply, the later one counts',
          )
          .exactOptional(),
        service_tiers: z
          .record(text(TIER_NAME).regex(/^[A-Za-z0-9_-]{1,40}$/, { error: TIER_NAME }), service, {
            error: 'expected rates by service tier: {"priority": {"input": …, "output": …}}',
          })
          .describe('Rates that replace the ones above for a service tier that the log names')
          .exactOptional(),
        inexact: z
          .enum(['search-fee', 'unverified', 'upper', 'lower'], { error: INEXACT })
          .describe(
            'Why costs at this price are only bounds: there are charges that the log does not count, or the price is uncertain',
          )
          .exactOptional(),
        free: z
          .literal(true, { error: 'expected true, or leave the field out' })
          .describe('The model costs nothing; not allowed together with rates')
          .exactOptional(),
        source: text('expected where the price is from, as text')
          .describe('Where the price is from: kept in the price book')
          .exactOptional(),
        seen: z.iso.date({ error: DAY }).describe('The date on which it was seen there').exactOptional(),
      },
      { error: 'expected an entry: {"match": "qwen-max*", "input": 1.6, "output": 6.4}' },
    )
    .refine((one) => one.free || one.input !== undefined || one.output !== undefined, {
      error: 'expected input or output (USD per 1M tokens), or "free": true',
    })
    .refine((one) => !one.free || (!one.tiers && !one.hours && !one.service_tiers && !hasRates(one)), {
      error: 'expected "free": true or rates, not both',
    });
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
        .describe('USD for one unit; it is never looked up online'),
      date: z.iso.date({ error: DAY }).describe('The date of the rate'),
      source: text('expected where the rate is from, as text').describe('Where the rate is from'),
    },
    { error: 'expected a rate: {"usd_per_unit": "0.14", "date": "2026-01-10", "source": …}' },
  );
  const perUsd = 'expected how much of the currency one USD is worth, such as 7.1';
  const exchange = z
    .array(
      z.strictObject(
        {
          from: z.iso.date({ error: DAY }).describe('The date (UTC) from which the rate applies'),
          per_usd: z
            .union(
              [
                z.number().positive({ error: perUsd }),
                z
                  .string()
                  .regex(PRICE_TEXT, { error: perUsd })
                  .refine((value) => Number(value) > 0, { error: perUsd }),
              ],
              { error: perUsd },
            )
            .describe('How much of the currency one USD is worth'),
          source: text('expected where the rate is from, as text').exactOptional(),
        },
        { error: 'expected a rate: {"from": "2026-01-01", "per_usd": 7.1}' },
      ),
      { error: 'expected a list of rates: [{"from": "2026-01-01", "per_usd": 7.1}]' },
    )
    .min(1, { error: 'expected at least one rate' })
    .refine((rates) => new Set(rates.map((one) => one.from)).size === rates.length, {
      error: 'expected no two rates from the same date',
    });
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
        rates: z
          .record(z.string().regex(CURRENCY_CODE, { error: CURRENCY }), exchange, {
            error: 'expected rates by currency: {"CNY": [{"from": "2026-01-01", "per_usd": 7.1}]}',
          })
          .refine((rates) => !Object.hasOwn(rates, 'USD'), { error: 'expected no rate for USD itself' })
          .describe('What one USD is worth from a date on, for reports in another currency')
          .exactOptional(),
        models: z.array(entry, { error: list }),
      },
      { error: list },
    )
    .meta({ title: 'Price file of monitor (--prices): rates per million tokens' });
}

function hasRates(one: object): boolean {
  return RATE_NAMES.some((name) => Object.hasOwn(one, name));
}
