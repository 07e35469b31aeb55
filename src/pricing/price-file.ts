import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputOutputError, UsageError } from '../platform/errors.ts';
import { remedyText } from '../platform/system-errors.ts';
import { productOf } from './money.ts';
import { parsePriceEntries, type CurrencyRate, type FileDocument, type FileEntry } from './price-entries.ts';
import {
  RATE_NAMES,
  type Hours,
  type Prices,
  type PriceSchedule,
  type Rates,
  type Tier,
} from './schedule.ts';

/** A price file, as given with `--prices`: one group for each `match`, in the order of the file. */
export interface PriceFile {
  /** `price file prices.json`, without the folder, so that a moved file is still the same source. */
  title: string;
  groups: PriceGroup[];
}

export interface PriceGroup {
  /** In lower case, like the aliases. `*` matches any text. */
  match: string;
  aliases: Set<string>;
  schedule: PriceSchedule;
  /** `prices.json qwen-max*`, followed by the source that the file gives. */
  source: string;
}

/** Throws an InputOutputError (the file cannot be read) or a UsageError (it is not a price file). */
export async function readPriceFile(path: string): Promise<PriceFile> {
  return parsePriceFile(await readPriceText(path), path);
}

/** The text of a price file. It may be a pipe (`<(…)`), so read it only once. Throws an InputOutputError. */
export async function readPriceText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? remedyText(cause) : String(cause);
    throw new InputOutputError(`cannot read the price file ${path}: ${why}`, { cause });
  });
}

/** Throws a UsageError that names the file, the entry, the field and what was expected. */
export async function parsePriceFile(text: string, path: string): Promise<PriceFile> {
  const document = await parsePriceEntries(text, path);
  return toPriceFile(document, { path, name: basename(path), title: `price file ${basename(path)}` });
}

/** The names of a file: `path` in errors, `name` in the sources of its prices, `title` in the steps of a resolution. */
interface FileNames {
  path: string;
  name: string;
  title: string;
}

/** Builds a price file from checked entries. Throws a UsageError if entries contradict each other. */
export function toPriceFile(document: FileDocument, names: FileNames): PriceFile {
  const dated = new Map<string, FileEntry[]>();
  for (const entry of document.models) {
    const match = entry.match.toLowerCase();
    dated.set(match, [...(dated.get(match) ?? []), entry]);
  }
  const groups = [...dated].map(([match, entries]) => groupOf(match, entries, document, names));
  refuseSharedAliases(groups, names.path);
  return { title: names.title, groups };
}

/** The group for a model: the one that names it exactly, else as an alias, else the longest glob that matches. */
export function findInPriceFile(file: PriceFile, model: string): PriceGroup | undefined {
  const name = model.toLowerCase();
  return (
    file.groups.find((group) => group.match === name) ??
    file.groups.find((group) => group.aliases.has(name)) ??
    file.groups
      .filter((group) => matchesGlob(group.match, name))
      .toSorted((a, b) => letters(b.match) - letters(a.match))[0]
  );
}

/** `*` matches any text, everything else itself. Each part is searched once, from left to right: no backtracking. */
export function matchesGlob(glob: string, name: string): boolean {
  const [head = '', ...parts] = glob.split('*');
  const tail = parts.pop();
  if (tail === undefined) return glob === name;
  if (!name.startsWith(head)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - tail.length >= at && name.endsWith(tail);
}

function letters(glob: string): number {
  return glob.replaceAll('*', '').length;
}

/** Builds one schedule from the entries with the same match and different `effective_from`. */
function groupOf(
  match: string,
  dated: readonly FileEntry[],
  { currencies = {} }: FileDocument,
  { path, name }: FileNames,
): PriceGroup {
  const entries = dated.toSorted((a, b) => startOf(a) - startOf(b));
  const twice = entries.find((entry, i) => i > 0 && startOf(entry) === startOf(entries[i - 1] ?? entry));
  if (twice) {
    const from = twice.effective_from ?? 'the beginning (no effective_from)';
    throw new UsageError(
      `${path}: two entries match "${match}" from ${from} on. Give each its own effective_from, or keep one.`,
    );
  }
  const notes = new Set(entries.map((entry) => noteOf(entry, currencies)).filter((note) => note !== ''));
  const note = notes.size > 0 ? ` (${[...notes].join('; ')})` : '';
  return {
    match,
    aliases: new Set(entries.flatMap((entry) => entry.aliases ?? []).map((alias) => alias.toLowerCase())),
    schedule: { prices: entries.flatMap((entry) => pricesOf(entry, rateOf(entry, currencies))) },
    source: `${name} ${match}${note}`,
  };
}

/** Where a price is from, when it was seen, and how its currency was converted. */
function noteOf(entry: FileEntry, currencies: Record<string, CurrencyRate>): string {
  const rate = rateOf(entry, currencies);
  return [
    ...(entry.source === undefined ? [] : [entry.source]),
    ...(entry.seen === undefined ? [] : [`seen ${entry.seen}`]),
    ...(rate ? [`1 ${entry.currency} = ${rate.usd_per_unit} USD of ${rate.date}`] : []),
  ].join(', ');
}

function rateOf({ currency }: FileEntry, currencies: Record<string, CurrencyRate>): CurrencyRate | undefined {
  return currency === undefined || currency === 'USD' ? undefined : currencies[currency];
}

/** The entry's price, followed by those of its hours: the last one whose conditions hold applies. */
function pricesOf(entry: FileEntry, rate: CurrencyRate | undefined): Prices[] {
  const { effective_from: from, free, inexact, currency, hours = [], service_tiers: services } = entry;
  const price: Prices = {
    ...(from !== undefined && { from }),
    ...(free && { free }),
    ...(inexact && { inexact }),
    ...(currency !== undefined && currency !== 'USD' && !rate && { currency }),
    ...tieredRatesIn(entry, rate),
    ...(services && {
      service_tiers: Object.fromEntries(
        Object.entries(services).map(([name, tier]) => [name.toLowerCase(), tieredRatesIn(tier, rate)]),
      ),
    }),
  };
  return [
    price,
    ...hours.map((window) => ({ ...price, ...tieredRatesIn(window, rate), daily: hoursIn(window) })),
  ];
}

function hoursIn({ start, end, weekdays, utc_offset }: Hours): Hours {
  return { start, end, ...(weekdays && { weekdays }), ...(utc_offset !== undefined && { utc_offset }) };
}

function tieredRatesIn(
  price: Rates & { tiers?: Tier[] },
  rate: CurrencyRate | undefined,
): Rates & { tiers?: Tier[] } {
  const tiers = price.tiers?.toSorted((a, b) => a.above - b.above);
  return {
    ...ratesIn(price, rate),
    ...(tiers && { tiers: tiers.map((tier) => ({ above: tier.above, ...ratesIn(tier, rate) })) }),
  };
}

/** The rates, converted exactly if the file has an exchange rate for the currency. */
function ratesIn(rates: Rates, rate: CurrencyRate | undefined): Rates {
  const converted: Rates = {};
  for (const key of RATE_NAMES) {
    const price = rates[key];
    if (price !== undefined) converted[key] = rate ? productOf(price, rate.usd_per_unit) : price;
  }
  return converted;
}

function startOf(entry: FileEntry): number {
  return entry.effective_from === undefined ? -Infinity : Date.parse(entry.effective_from);
}

function refuseSharedAliases(groups: readonly PriceGroup[], path: string): void {
  const owners = new Map<string, string>();
  const names = new Set(groups.map(({ match }) => match));
  for (const group of groups) {
    for (const alias of group.aliases) {
      const owner = owners.get(alias);
      if (owner !== undefined) {
        throw new UsageError(
          `${path}: "${alias}" is an alias of "${owner}" and of "${group.match}". Keep one.`,
        );
      }
      if (alias !== group.match && names.has(alias)) {
        throw new UsageError(
          `${path}: "${alias}" is an alias of "${group.match}" and an entry of its own. Keep one.`,
        );
      }
      owners.set(alias, group.match);
    }
  }
}
