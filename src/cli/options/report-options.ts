import { InvalidArgumentError, Option } from 'commander';
import { GROUP_KEYS, type GroupKey } from '../../query/group-keys.ts';
import { currencyOption } from './store-options.ts';
import { MOST_DAYS, timeZoneParser, wholeNumber } from './values.ts';

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

/** Of a report. */
export function reportCurrencyOption(): Option {
  return currencyOption(
    "convert costs to this currency, by the rates of the store's price file; none: keep each in its own (default: the store's)",
  );
}

export function strictOption(): Option {
  return new Option('--strict', 'exit code 1 if the sum lacks the price of a round');
}

export function jsonOption(): Option {
  return new Option('--json', 'one JSON document; its times are in UTC');
}

export function daysOption(): Option {
  return new Option('--days <n>', 'the last n days, today included')
    .argParser(wholeNumber(1, MOST_DAYS))
    .conflicts(['since', 'until']);
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
