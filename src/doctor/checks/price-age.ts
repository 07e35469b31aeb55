import { priceAge } from '../../pricing/price-age.ts';
import { builtInPrices } from '../../pricing/shipped.ts';
import type { Check, Found } from '../check.ts';

interface OldPrices {
  title: string;
  count: number;
  old: number;
  /** `2026-09-23` */
  oldest: string | null;
}

/** Built-in prices that were compared with the providers' too long ago. */
export const priceAgeCheck: Check<Found<'prices-old', OldPrices>> = {
  kinds: { 'prices-old': { area: 'prices', severity: 'note' } },
  async find({ store, now }) {
    const ages = (await builtInPrices(store?.priceList)).map((prices) => priceAge(prices, now));
    return ages
      .filter(({ old }) => old > 0)
      .map(({ title, count, old, oldest }) => ({
        code: 'prices-old',
        where: title,
        facts: { title, count, old, oldest },
      }));
  },
};
