import { isRecord } from '../platform/json-checks.ts';

/**
 * What of pricing belongs to a store: who adds a round later prices it as those before. It is the key `pricing` of
 * `.store.json`, which a run reads anyway. A further setting is a further key here, and is checked in `toPricing`.
 */
export interface PricingSettings {
  /** The user's price file; null: the built-in prices alone. Its text lies in a copy: `price-file-copy.ts`. */
  file: StorePriceFile | null;
  /** Which of the built-in lists come first; absent in stores that were made before there were two: `intl`. */
  list: PriceList;
  /** What reports are in where nothing else is asked for: ISO 4217; null: each cost in its own currency. */
  currency: string | null;
}

/** `intl`: prices in USD. `cn`: before these, what providers charge in mainland China, in CNY. */
export const PRICE_LISTS = ['intl', 'cn'] as const;
export type PriceList = (typeof PRICE_LISTS)[number];

export interface StorePriceFile {
  /** Absolute. The file's own name is part of the source of its prices. */
  path: string;
  /** The SHA-256 of its text, in hexadecimal digits, and its length in bytes. */
  sha256: string;
  bytes: number;
  /** When it became the store's with this content: ISO 8601, UTC. */
  since: string;
  /** What the system said of the file when it held this content; null where it was no file that stays (a pipe). */
  seen: SeenFile | null;
  /** The digest of other content that was found at `path` and said, though it is not in force. */
  told?: string;
}

/** Enough to know, without reading it, that a file is what it was. Times in milliseconds since 1970 UTC. */
export interface SeenFile {
  dev: number;
  ino: number;
  size: number;
  mtime: number;
  ctime: number;
}

export const NO_PRICING: PricingSettings = { file: null, list: 'intl', currency: null };

/** Whether a file is the one that was seen, unchanged. */
export function isSeen(seen: SeenFile | null, facts: SeenFile): boolean {
  return seen !== null && FACTS.every((key) => seen[key] === facts[key]);
}

/** The part of what the system says of a file that is kept; null for what is no regular file. */
export function toSeen(facts: (SeenFile & { isFile: boolean }) | undefined): SeenFile | null {
  if (!facts?.isFile) return null;
  const { dev, ino, size, mtime, ctime } = facts;
  return { dev, ino, size, mtime, ctime };
}

/** The settings in `.store.json`; stores that were made before there were any have none. Undefined: it is damaged. */
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

/** What `--currency` says for each cost in its own currency: commander makes an empty text of null. */
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
