import type { FileDocument } from './price-entries.ts';
import { toPriceFile, type PriceFile } from './price-file.ts';
import { LIBRARY_DATE, LIBRARY_VERSION } from './library.ts';
import type { DatedPrices } from './price-age.ts';

/**
 * The prices shipped with the program, for models that the library lacks or has outdated prices for. They are loaded
 * only when a price is looked up, and not checked: a test does that.
 */
export async function shippedPrices(): Promise<PriceFile> {
  const names = { path: 'prices/shipped.json', name: 'shipped', title: TITLE };
  return toPriceFile(await shippedDocument(), names);
}

const TITLE = 'shipped prices';

async function shippedDocument(): Promise<FileDocument> {
  return (await import('./lists/shipped.ts')).default;
}

/** What providers charge in mainland China, in CNY. Loaded on demand. */
async function mainlandPrices(): Promise<PriceFile> {
  const names = { path: 'prices/cn.json', name: 'cn', title: MAINLAND };
  return toPriceFile(await mainlandDocument(), names);
}

const MAINLAND = 'mainland prices';

async function mainlandDocument(): Promise<FileDocument> {
  return (await import('./lists/cn.ts')).default;
}

async function mainlandDates(): Promise<DatedPrices> {
  return { title: MAINLAND, entries: (await mainlandDocument()).models };
}

/** The built-in prices with the days on which they were seen. All prices of the library are as old as its release. */
export async function builtInPrices(list: 'intl' | 'cn' = 'intl'): Promise<DatedPrices[]> {
  const mainland = list === 'cn' ? [await mainlandDates()] : [];
  return [
    ...mainland,
    { title: TITLE, entries: (await shippedDocument()).models },
    { title: `genai-prices ${LIBRARY_VERSION}`, entries: [{ match: '*', seen: LIBRARY_DATE }] },
  ];
}

/**
 * The price files that come before the library, in order: the user's if there is one, the one for mainland China if the
 * store uses that list, and the shipped one.
 */
export async function priceFilesWith(
  user: PriceFile | undefined,
  list: 'intl' | 'cn' = 'intl',
): Promise<PriceFile[]> {
  return [...(user ? [user] : []), ...(list === 'cn' ? [await mainlandPrices()] : []), await shippedPrices()];
}
