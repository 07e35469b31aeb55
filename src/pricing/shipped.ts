import type { FileDocument } from './price-entries.ts';
import { toPriceFile, type PriceFile } from './price-file.ts';
import { LIBRARY_DATE, LIBRARY_VERSION } from './library.ts';
import type { DatedPrices } from './price-age.ts';

/**
 * The prices that come with the program, for models that the library lacks or has stale prices of. A test checks the
 * file as a user's is checked; here it is believed, and loaded only when a price is looked for.
 */
export async function shippedPrices(): Promise<PriceFile> {
  const names = { path: 'prices/shipped.json', name: 'shipped', title: TITLE };
  return toPriceFile(await shippedDocument(), names);
}

const TITLE = 'shipped prices';

async function shippedDocument(): Promise<FileDocument> {
  const { default: document } = await import('../../prices/shipped.json', { with: { type: 'json' } });
  return document as FileDocument;
}

/** The built-in prices with the days on which they were seen; the library's are all as old as itself. */
export async function builtInPrices(): Promise<DatedPrices[]> {
  return [
    { title: TITLE, entries: (await shippedDocument()).models },
    { title: `genai-prices ${LIBRARY_VERSION}`, entries: [{ match: '*', seen: LIBRARY_DATE }] },
  ];
}

/** The files that are asked before the library, in their order: the user's, if there is one, and the shipped one. */
export async function priceFilesWith(user: PriceFile | undefined): Promise<PriceFile[]> {
  return [...(user ? [user] : []), await shippedPrices()];
}
