import { resolve } from 'node:path';
import { cleanLine } from '../../platform/clean-text.ts';
import { InputOutputError, MonitorError } from '../../platform/errors.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Files } from '../../platform/files.ts';
import { readPriceText } from '../../pricing/price-file.ts';
import { copyPath, readCopy, removeOtherCopies, writeCopy } from '../../store/price-file-copy.ts';
import {
  isSeen,
  NO_PRICING,
  toSeen,
  type PriceList,
  type PricingSettings,
  type SeenFile,
  type StorePriceFile,
} from '../../store/pricing-settings.ts';
import { findStore, writePricing, type Store } from '../../store/store.ts';

/** `--prices none` removes the store's price file. A file of that name is given as `./none`. */
const NO_FILE = 'none';

/** A price file as it was read, with the name that its prices cite as their source. */
interface PriceText {
  path: string;
  text: string;
}

/** What a command prices rounds by, in addition to the built-in prices. */
export interface PriceBasis {
  /** Undefined: only the built-in prices. */
  user: PriceText | undefined;
  /** The built-in list that comes first. */
  list: PriceList;
  /** Messages about a file, each shown once. */
  notices: { path: string; message: string }[];
  /** What `keepPriceBasis` writes into the store, for a command that stores rounds; undefined: nothing. */
  change: (Partial<PricingSettings> & { text?: string }) | undefined;
}

interface Asked {
  /** `--prices`: a path, or `none`. */
  given: string | undefined;
  /** `--price-list`. */
  list?: PriceList | undefined;
  /** `--currency`: the currency of reports from now on; null: each cost in its own currency. */
  currency?: string | null | undefined;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** Whether the store has rounds that were priced differently. */
  hasRounds?: boolean;
  /** Whether those rounds are priced again now. */
  isRefresh?: boolean;
}

/**
 * The price file in force: the one given, which becomes the store's, or else the store's copy. Changes nothing, and does
 * not check the text. Throws InputOutputError if the given file, or the copy, cannot be read.
 */
export async function findPriceBasis(
  files: Files,
  store: Pick<Store, 'dir' | 'pricing'> | undefined,
  asked: Asked,
): Promise<PriceBasis> {
  const kept = store?.pricing ?? NO_PRICING;
  const { list = kept.list, currency = kept.currency } = asked;
  const basis = { ...(await findFileBasis(files, store, asked)), list };
  if (list !== kept.list) {
    basis.change = { ...basis.change, list };
    const says = asked.hasRounds === true || kept.list !== NO_PRICING.list;
    const message = `now this store's list of built-in prices: ${effectOf('its prices', asked.isRefresh === true)}`;
    if (says) basis.notices = [...basis.notices, { path: `--price-list ${list}`, message }];
  }
  if (currency !== kept.currency) basis.change = { ...basis.change, currency };
  return basis;
}

type FileBasis = Omit<PriceBasis, 'list'>;

async function findFileBasis(
  files: Files,
  store: Pick<Store, 'dir' | 'pricing'> | undefined,
  { given, now, hasRounds = false, isRefresh = false }: Asked,
): Promise<FileBasis> {
  const kept = store?.pricing.file ?? null;
  if (given === NO_FILE) return withoutFile(kept, isRefresh);
  if (given === undefined)
    return store && kept ? await keptFile(files, store.dir, kept) : withoutFile(null, isRefresh);
  const path = resolve(given);
  const found = look(files, path);
  const seen = found === 'gone' ? null : found;
  let text: string;
  try {
    text = await readPriceText(given);
  } catch (error) {
    if (!store || !kept || path !== kept.path || !(error instanceof MonitorError)) throw error;
    const message = `${error.message}. This run uses the store's copy of it, from ${kept.since}`;
    const basis = await keptFile(files, store.dir, kept);
    return { ...basis, notices: [{ path, message }] };
  }
  const digest = sha256(text);
  if (store && kept?.sha256 === digest) return sameContent(files, store.dir, kept, { path, seen, text });
  const file = {
    path,
    sha256: digest,
    bytes: Buffer.byteLength(text),
    since: new Date(now).toISOString(),
    seen,
  };
  return {
    user: { path: given, text },
    notices: kept || hasRounds ? [{ path, message: takenText(file, kept, isRefresh) }] : [],
    change: { file, text },
  };
}

/** The same for a command that only reads. It takes no lock, so a run may replace the copy meanwhile. */
export async function readPriceBasis(
  files: Files,
  dir: string,
  asked: Asked,
): Promise<{ store: Store | undefined; basis: PriceBasis }> {
  for (;;) {
    const store = findStore(files, dir);
    try {
      return { store, basis: await findPriceBasis(files, store, asked) };
    } catch (error) {
      const [before, now] = [store, findStore(files, dir)].map((one) => one?.pricing.file?.sha256);
      if (before === now) throw error;
    }
  }
}

/** Writes the changes into the store, which must be locked: first the copy, then the settings that name it. */
export function keepPriceBasis(files: Files, store: Store, { change }: PriceBasis): void {
  if (!change) return;
  const { text, ...settings } = change;
  const { file } = settings;
  if (file && text !== undefined) writeCopy(files, store.dir, file, text);
  writePricing(files, store, { ...store.pricing, ...settings });
  if (file !== undefined) removeOtherCopies(files, store.dir, file);
}

/**
 * Whether a run with these options would leave the store's pricing unchanged. It reads no price file, because most runs
 * have nothing to price.
 */
export function isPricingSettled(
  files: Files,
  { pricing }: Pick<Store, 'pricing'>,
  { given, list = pricing.list, currency = pricing.currency }: Pick<Asked, 'given' | 'list' | 'currency'>,
): boolean {
  const { file } = pricing;
  if (list !== pricing.list || currency !== pricing.currency) return false;
  if (given === undefined) return true;
  if (given === NO_FILE) return file === null;
  if (file?.path !== resolve(given)) return false;
  const seen = look(files, file.path);
  // If it is gone, a run that has something to price will say so.
  return seen === 'gone' || (seen !== null && isSeen(file.seen, seen));
}

/** `same`: perhaps touched. `unread`: this user may not read it. `none`: it came from a pipe, or is gone. */
export type Original =
  { state: 'same' | 'changed'; digest: string; seen: SeenFile } | { state: 'unread' | 'none' };

/** Compares the file now at the path of the store's price file with the copy. */
export async function lookAtOriginal(files: Files, kept: StorePriceFile): Promise<Original> {
  const seen = kept.seen === null ? 'gone' : look(files, kept.path);
  if (seen === 'gone' || seen === null) return { state: 'none' };
  if (isSeen(kept.seen, seen)) return { state: 'same', digest: kept.sha256, seen };
  const digest =
    seen.size > LARGEST_FILE
      ? sha256(JSON.stringify(seen))
      : await readPriceText(kept.path).then(sha256, () => undefined);
  if (digest === undefined) return { state: 'unread' };
  return { state: digest === kept.sha256 ? 'same' : 'changed', digest, seen };
}

/** A file larger than any price file counts as changed without being read: the user did not ask for it to be read. */
const LARGEST_FILE = 16 << 20;

/** Without --prices the copy counts: the file at its path may be half edited, or changed without intent. */
async function keptFile(files: Files, dir: string, kept: StorePriceFile): Promise<FileBasis> {
  const copy = readCopy(files, dir, kept);
  if ('problem' in copy) return await madeAgain(dir, kept, copy.problem);
  const basis = { user: { path: kept.path, text: copy.text }, notices: [], change: undefined };
  const original = await lookAtOriginal(files, kept);
  if (original.state === 'same' && !isSeen(kept.seen, original.seen)) {
    const { told: _, ...file } = { ...kept, seen: original.seen };
    return { ...basis, change: { file } };
  }
  if (original.state !== 'changed' || original.digest === kept.told) return basis;
  const message =
    `has changed since ${minuteOf(kept.since)}; this run still uses the store's copy. To use the new prices: ` +
    `--prices ${kept.path}`;
  return {
    ...basis,
    notices: [{ path: kept.path, message }],
    change: { file: { ...kept, told: original.digest } },
  };
}

/** A damaged copy can be replaced as long as the file itself has not changed. */
async function madeAgain(dir: string, kept: StorePriceFile, problem: string): Promise<FileBasis> {
  const copy = copyPath(dir, kept);
  const text = kept.seen === null ? undefined : await readPriceText(kept.path).catch(() => undefined);
  if (text === undefined || sha256(text) !== kept.sha256) {
    throw new InputOutputError(
      `the store's copy of its price file, ${copy}, ${problem}, and ${cleanLine(kept.path)} no longer has those prices. ` +
        'Name the prices to use: --prices <file>, or --prices none for the built-in prices only',
    );
  }
  return {
    user: { path: kept.path, text },
    notices: [{ path: copy, message: `${problem}: it is rewritten from ${kept.path}` }],
    change: { file: kept, text },
  };
}

/** The given file has the content that is already in force. */
function sameContent(
  files: Files,
  dir: string,
  kept: StorePriceFile,
  { path, seen, text }: { path: string; seen: SeenFile | null; text: string },
): FileBasis {
  const copy = readCopy(files, dir, kept);
  const basis =
    'text' in copy
      ? { notices: [], change: undefined }
      : {
          notices: [{ path: copyPath(dir, kept), message: `${copy.problem}: it is rewritten` }],
          change: { file: kept, text },
        };
  // A pipe has a different name each time, so the prices keep their source.
  if (seen === null) return { user: { path: kept.path, text }, ...basis };
  const { told: _, ...file } = { ...kept, path, seen };
  const isMoved = path !== kept.path;
  const message = `now this store's price file; its content is the same as that of ${kept.path}`;
  return {
    user: { path, text },
    notices: [...basis.notices, ...(isMoved ? [{ path, message }] : [])],
    change: isMoved || !isSeen(kept.seen, seen) ? { ...basis.change, file } : basis.change,
  };
}

function withoutFile(kept: StorePriceFile | null, isRefresh: boolean): FileBasis {
  if (!kept) return { user: undefined, notices: [], change: undefined };
  const message = `is no longer this store's price file: ${effectOf('the built-in prices', isRefresh)}`;
  return { user: undefined, notices: [{ path: kept.path, message }], change: { file: null } };
}

function takenText({ path }: StorePriceFile, kept: StorePriceFile | null, isRefresh: boolean): string {
  if (!kept) {
    return `now this store's price file, also for runs without --prices (--prices none undoes this): ${effectOf('its prices', isRefresh)}`;
  }
  return kept.path === path
    ? `has changed since ${minuteOf(kept.since)}: ${effectOf('its new prices', isRefresh)}`
    : `replaces ${kept.path} as this store's price file: ${effectOf('its prices', isRefresh)}`;
}

function effectOf(prices: string, isRefresh: boolean): string {
  return `new rounds take ${prices}, ${isRefresh ? 'and this refresh gives them to stored rounds' : 'stored rounds keep theirs until monitor prices --refresh'}`;
}

/** `2026-02-03T04:00Z` */
function minuteOf(time: string): string {
  return time.replace(/:\d\d(?:\.\d+)?Z$/, 'Z');
}

/** Null if it is not a regular file; `gone` if there is nothing, or nothing that this user may see. */
function look(files: Files, path: string): SeenFile | null | 'gone' {
  try {
    const facts = files.stat(path);
    return facts ? toSeen(facts) : 'gone';
  } catch {
    return 'gone';
  }
}
