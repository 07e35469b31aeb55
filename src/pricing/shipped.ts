import type { FileDocument } from './price-entries.ts';
import { toPriceFile, type PriceFile } from './price-file.ts';

/**
 * The prices that come with the program, for models that the library lacks or has stale prices of. A test checks the
 * file as a user's is checked; here it is believed, and loaded only when a price is looked for.
 */
export async function shippedPrices(): Promise<PriceFile> {
  const { default: document } = await import('../../prices/shipped.json', { with: { type: 'json' } });
  const names = { path: 'prices/shipped.json', name: 'shipped', title: 'shipped prices' };
  return toPriceFile(document as FileDocument, names);
}

/** The files that are asked before the library, in their order: the user's, if there is one, and the shipped one. */
export async function priceFilesWith(user: PriceFile | undefined): Promise<PriceFile[]> {
  return [...(user ? [user] : []), await shippedPrices()];
}
