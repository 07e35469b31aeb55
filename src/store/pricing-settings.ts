import { isRecord } from '../platform/json-checks.ts';

/**
 * The pricing settings of a store, so that later rounds are priced like earlier ones. They are the key `pricing` of
 * `.store.json`, which a run reads anyway. To add a setting, add a key here and check it in `toPricing`.
 */
export interface PricingSettings {
  /** The user's price file; null: only the built-in prices. Its text is in a copy: see `price-file-copy.ts`. */
  file: StorePriceFile | null;
  /** Which built-in list comes first; absent in stores older than the second list, which means `intl`. */
  list: PriceList;
  /** The default currency of reports (ISO 4217); null: each cost in its own currency. */
  currency: string | null;
}

/** `intl`: prices in USD. `cn`: the prices in mainland China, in CNY, take precedence over these. */
export const PRICE_LISTS = ['intl', 'cn'] as const;
export type PriceList = (typeof PRICE_LISTS)[number];

export interface StorePriceFile {
  /** Absolute. The file's name is part of the source of its prices. */
  path: string;
  /** SHA-256 of its text in hexadecimal, and its length in bytes. */
  sha256: string;
  bytes: number;
  /** When the store took over this content: ISO 8601, UTC. */
  since: string;
  /** The file's metadata when it had this content; null if it was not a regular file (a pipe). */
  seen: SeenFile | null;
  /** Digest of newer content at `path` that was reported, though it is not in force. */
  told?: string;
}

/** Enough to tell, without reading it, that a file is unchanged. Times in milliseconds since 1970 UTC. */
export interface SeenFile {
  dev: number;
  ino: number;
  size: number;
  mtime: number;
  ctime: number;
}

export const NO_PRICING: PricingSettings = { file: null, list: 'intl', currency: null };

/** Whether a file is the one seen before, unchanged. */
export function isSeen(seen: SeenFile | null, facts: SeenFile): boolean {
  return seen !== null && FACTS.every((key) => seen[key] === facts[key]);
}

/** The part of a file's metadata that is kept; null if it is not a regular file. */
export function toSeen(facts: (SeenFile & { isFile: boolean }) | undefined): SeenFile | null {
  if (!facts?.isFile) return null;
  const { dev, ino, size, mtime, ctime } = facts;
  return { dev, ino, size, mtime, ctime };
}

/** The settings in `.store.json`; the oldest stores have none. Undefined: they are damaged. */
export function toPricing(value: unknown): PricingSettings | undefined {
  if (value === undefined) return NO_PRICING;
  if (!isRecord(value)) return undefined;
  const { file = null, list = 'intl', currency = null } = value;
  if (!isList(list) || !(currency === null || isCurrency(currency))) return undefined;
  return file === null || isPriceFile(file) ? { file, list, currency } : undefined;
}

function isList(value: unknown): value is PriceList {
  return PRICE_LISTS.some((list) => list === value);
}

/** The value of `--currency` for each cost in its own currency; commander turns null into an empty text. */
export const NO_CURRENCY = 'none';

/** Three capital letters. */
export function isCurrency(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z]{3}$/.test(value);
}

const FACTS = ['dev', 'ino', 'size', 'mtime', 'ctime'] as const;
const SHA256 = /^[0-9a-f]{64}$/;

function isPriceFile(value: unknown): value is StorePriceFile {
  if (!isRecord(value)) return false;
  const { path, sha256, bytes, since, seen, told } = value;
  return (
    typeof path === 'string' &&
    path !== '' &&
    isDigest(sha256) &&
    typeof bytes === 'number' &&
    Number.isSafeInteger(bytes) &&
    bytes >= 0 &&
    typeof since === 'string' &&
    !Number.isNaN(Date.parse(since)) &&
    (seen === null || (isRecord(seen) && FACTS.every((key) => typeof seen[key] === 'number'))) &&
    (told === undefined || isDigest(told))
  );
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && SHA256.test(value);
}
