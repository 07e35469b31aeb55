import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_LOG } from '../platform/log-places.ts';
import { REDACT_KINDS, type RedactKind } from '../redact/pattern.ts';
import { attoOfUsd, PRICE_TEXT } from '../pricing/money.ts';
import { isCurrency, NO_CURRENCY, PRICE_LISTS } from '../store/pricing-settings.ts';
import { GROUP_KEYS, type GroupKey } from '../query/group-keys.ts';

/** The store's directory: two names for one option. */
export function dataDirOption(): Option {
  return new Option('--output-dir, --data-dir <dir>', 'the store')
    .env('MONITOR_DATA_DIR')
    .default('./sessions')
    .argParser(parseDir);
}

function parseDir(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must be the path of a directory.');
  return text;
}

/** The logs of `parse`, and of what looks at them. */
function logPathOption(): Option {
  return new Option(
    '--log-path <path|glob...>',
    'the access log; its rotated siblings are found by themselves',
  ).default([DEFAULT_LOG]);
}

export function pricesOption(): Option {
  return new Option(
    '--prices <file>',
    "your prices, which override the built-in ones; kept by the store until another file or 'none' is given",
  ).env('MONITOR_PRICES');
}

export function priceListOption(): Option {
  return new Option(
    '--price-list <list>',
    'which built-in prices come first: intl (USD), or cn, for mainland China in CNY; kept by the store until changed',
  ).choices(PRICE_LISTS);
}

/** `--currency CNY`, or `none`. */
function currencyOption(what: string): Option {
  return new Option('--currency <code>', what).argParser(parseCurrency);
}

function parseCurrency(text: string): string {
  const code = text.toUpperCase();
  if (code === 'NONE') return NO_CURRENCY;
  if (isCurrency(code)) return code;
  throw new InvalidArgumentError("It must be the code of a currency, such as CNY or USD, or 'none'.");
}

/** Of a report. */
export function reportCurrencyOption(): Option {
  return currencyOption(
    "convert costs to this currency, by the rates of the store's price file; none: keep each in its own (default: the store's)",
  );
}

/** What fills a store: the logs, and what is part of the store. */
export function withStore(command: Command): Command {
  return command
    .addOption(logPathOption())
    .addOption(dataDirOption())
    .option('--state-file <path>', 'where the read offsets are kept (default: .state.json in the store)')
    .option('--session-key <id>', 'store only this session (part of the store, for good)')
    .option('--since <time>', 'store only rounds from this time on (part of the store, for good)')
    .addOption(pricesOption())
    .addOption(priceListOption())
    .addOption(currencyOption('the default currency of reports; kept by the store until changed'))
    .option('--no-content', 'store numbers only, no text (part of the store, for good)')
    .option(
      '--redact [kinds]',
      'store [redacted:<kind>] in place of secrets; or of a list of secrets,email,phone,card (part of the store, for good)',
      redactKinds,
    )
    .option(
      '--redact-patterns <file>',
      'store [redacted:<name>] in place of what your own patterns match (part of the store, for good)',
    );
}

/** A parser of whole numbers in a range. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (!(number >= from && number <= to))
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
    return number;
  };
}

/** Kinds of what is to be redacted, separated by commas; in the same order however they were given. */
function redactKinds(text: string): RedactKind[] {
  const given = new Set<string>(text.split(',').map((kind) => kind.trim()));
  const known = REDACT_KINDS.filter((kind) => given.delete(kind));
  if (given.size > 0 || known.length === 0)
    throw new InvalidArgumentError(
      `It must be a list of ${REDACT_KINDS.join(', ')}, with commas between them.`,
    );
  return known;
}

const DAYS = { d: 1, w: 7, y: 365 } as const;

/** A parser of ages: in milliseconds. */
export function ageParser(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([dwy])$/.exec(text) ?? [];
  const days = Number(count) * (DAYS[unit as keyof typeof DAYS] ?? 0);
  if (days > 0 && days <= MOST_DAYS) return days * 86_400_000;
  throw new InvalidArgumentError('It must be an age in days, weeks or years, such as 90d, 12w or 1y.');
}

/** A parser of IANA time zones. */
export function timeZoneParser(text: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('It must be a time zone, such as Asia/Shanghai, Europe/Berlin or UTC.');
  }
}

export const LARGEST_COUNT = 1_000_000_000;
/** A century. */
const MOST_DAYS = 36_500;

/** What the reports have in common. */
export interface ReportOptions {
  dataDir: string;
  json?: true;
  timezone?: string;
  /** Exit 1 where the sum lacks the price of a round. */
  strict?: true;
  /** `none`: each cost in its own; undefined: what the store says. */
  currency?: string;
}

export interface PeriodOptions {
  days?: number;
  since?: string;
  until?: string;
}

export function sinceOption(): Option {
  return new Option('--since <time>', 'a date, or an ISO 8601 time; statistics keep to quarters of an hour');
}

export function untilOption(): Option {
  return new Option('--until <time>', 'the same; a date is included');
}

export function timeZoneOption(): Option {
  return new Option('--timezone <zone>', "whose dates and times (default: the system's)").argParser(
    timeZoneParser,
  );
}

export function strictOption(): Option {
  return new Option('--strict', 'exit code 1 if the sum lacks the price of a round');
}

export function jsonOption(): Option {
  return new Option('--json', 'one JSON document; its times are in UTC');
}

/** Help ends in an example. */
export function example(command: Command, line: string): Command {
  return command.addHelpText('after', `\nExample:\n  ${line}`);
}

export function daysOption(): Option {
  return new Option('--days <n>', 'the last n days, today included')
    .argParser(wholeNumber(1, MOST_DAYS))
    .conflicts(['since', 'until']);
}

/** A parser of USD amounts, exact: 10⁻¹⁸ USD. */
export function usdAmount(text: string): bigint {
  if (PRICE_TEXT.test(text)) return attoOfUsd(text);
  throw new InvalidArgumentError('It must be an amount in USD, such as 50 or 0.25.');
}

/** A parser of amounts in any currency, exact: 10⁻¹⁸ of it. */
export function amountParser(text: string): bigint {
  if (PRICE_TEXT.test(text)) return attoOfUsd(text);
  throw new InvalidArgumentError('It must be an amount, such as 50 or 0.25.');
}

export function modelOption(): Option {
  return new Option('--model <name>', 'only rounds of this model; its whole name, in any case');
}

export function consumerOption(): Option {
  return new Option('--consumer <name>', 'only rounds of this consumer; its whole name, in any case');
}

/** `--group-by model,date`; further keys than GROUP_KEYS may be allowed. */
export function groupByOption(what: string): Option {
  return new Option('--group-by <keys>', `${what}: ${GROUP_KEYS.join(', ')}`).argParser((text) =>
    groupKeys(text),
  );
}

/** `--group-by` of an export: keys, or `round` alone. */
export function groupByOrRoundOption(): Option {
  return new Option(
    '--group-by <keys>',
    `a row for each: ${GROUP_KEYS.join(', ')}, combined; or round`,
  ).argParser((text) => (text.trim().toLowerCase() === 'round' ? 'round' : groupKeys(text, '; or round')));
}

function groupKeys(text: string, or = ''): GroupKey[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const keys = GROUP_KEYS.filter((key) => names.includes(key));
  if (names.every((name) => keys.some((key) => key === name)) && new Set(names).size === names.length)
    return keys.toSorted((a, b) => names.indexOf(a) - names.indexOf(b));
  throw new InvalidArgumentError(`It must be one or more of ${GROUP_KEYS.join(',')}, each once${or}.`);
}
