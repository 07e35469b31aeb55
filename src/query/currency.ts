import type { StoredSessions } from '../store/index/index.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { BUCKET_MS, type UsageCell } from '../model/usage-cell.ts';

/** What one USD is worth in another currency from a date on (UTC). Rates come from the user and are never looked up. */
export interface DatedRate {
  /** `2026-01-01` */
  from: string;
  per_usd: number | string;
}

/** The currency that reports are in, in a form that can be sent to workers. */
export interface AskedCurrency {
  /** ISO 4217. */
  to: string;
  rates: Readonly<Record<string, readonly DatedRate[]>>;
}

/** Converts costs to one currency, by the user's rates. */
export interface CurrencyView {
  /** ISO 4217. */
  to: string;
  /** The amount in that currency at a time, to 10⁻¹⁸ of it; undefined if no rate is known. */
  convert(amount: bigint, currency: string, atMs: number): bigint | undefined;
}

/** An exact number: digits × 10^-decimals. */
interface Rate {
  from: number;
  digits: bigint;
  scale: bigint;
}

/**
 * Converts by the rate of the day, via USD between two other currencies. An amount without a rate for that day is not
 * converted: amounts are never guessed.
 */
export function currencyView({ to, rates }: AskedCurrency): CurrencyView {
  const known = new Map(Object.entries(rates).map(([currency, dated]) => [currency, dated.map(toRate)]));
  const rateAt = (currency: string, atMs: number): Rate | undefined =>
    currency === 'USD' ? ONE : latest(known.get(currency) ?? [], atMs);
  return {
    to,
    convert(amount, currency, atMs) {
      if (currency === to || amount === 0n) return amount;
      const [source, target] = [rateAt(currency, atMs), rateAt(to, atMs)];
      if (!source || !target) return undefined;
      return rounded(amount * target.digits * source.scale, source.digits * target.scale);
    },
  };
}

const ONE: Rate = { from: -Infinity, digits: 1n, scale: 1n };

function toRate({ from, per_usd: rate }: DatedRate): Rate {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(rate)) ?? [];
  const decimals = fraction.length - Number(exponent);
  return {
    from: Date.parse(`${from}T00:00:00Z`),
    digits: BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, -decimals)),
    scale: 10n ** BigInt(Math.max(0, decimals)),
  };
}

function latest(rates: readonly Rate[], atMs: number): Rate | undefined {
  let found: Rate | undefined;
  for (const rate of rates) if (rate.from <= atMs && (!found || rate.from > found.from)) found = rate;
  return found;
}

/** Rounds half away from zero. */
function rounded(value: bigint, by: bigint): bigint {
  const half = by / 2n;
  return value < 0n ? -((-value + half) / by) : (value + half) / by;
}

/** A cost in the currency that was asked for, or in its own if no rate is known. */
export function convertedMoney(
  view: CurrencyView,
  { cost, saved, currency }: { cost: bigint; saved: bigint; currency: string },
  atMs: number,
): NonNullable<UsageCell['converted']> {
  const { to } = view;
  const [inCost, inSaved] = [view.convert(cost, currency, atMs), view.convert(saved, currency, atMs)];
  if (inCost === undefined || inSaved === undefined) return { to, currency, cost, saved };
  return { to, currency: to, cost: inCost, saved: inSaved };
}

/** The same sessions, whose cells also have their cost in the currency that was asked for. */
export function inCurrency(sessions: StoredSessions, view: CurrencyView | undefined): StoredSessions {
  if (!view) return sessions;
  const cell = (one: UsageCell): UsageCell => ({
    ...one,
    converted: convertedMoney(view, one, one.bucket * BUCKET_MS),
  });
  const withUsage = <T extends Pick<SessionEntry, 'usage'>>(entry: T): T => ({
    ...entry,
    usage: entry.usage.map(cell),
  });
  return {
    size: sessions.size,
    ...(sessions.unlisted !== undefined && { unlisted: sessions.unlisted }),
    has: (id) => sessions.has(id),
    keys: () => sessions.keys(),
    heads: () => sessions.heads(),
    get: (id) => {
      const entry = sessions.get(id);
      return entry && withUsage(entry);
    },
    values: () => mapped(sessions.values(), withUsage),
    inOrder: () => mapped(sessions.inOrder(), withUsage),
    tailCrc: sessions.tailCrc,
    changedSince: (length, crc) =>
      sessions
        .changedSince(length, crc)
        ?.map(({ before, after }) => ({ before: before && withUsage(before), after: withUsage(after) })),
    usages: (part) => mapped(sessions.usages(part), withUsage),
    sharedCells: (part, without) => {
      const shared = sessions.sharedCells(part, without);
      return shared && { ...shared, cells: mapped(shared.cells, cell) };
    },
  };
}

function mapped<T, U>(items: Iterable<T>, map: (item: T) => U): Iterable<U> {
  return {
    *[Symbol.iterator]() {
      for (const item of items) yield map(item);
    },
  };
}
