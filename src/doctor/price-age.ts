import { OLD_AFTER_DAYS, priceAge } from '../pricing/price-age.ts';
import { builtInPrices } from '../pricing/shipped.ts';
import { plural, type Finding } from '../model/finding.ts';
import type { Check } from './look.ts';

/** Whether the built-in prices were last compared with the providers' too long ago. */
export const priceAgeCheck: Check = {
  codes: ['prices-old'],
  async find({ store, now }) {
    const ages = (await builtInPrices(store?.priceList)).map((prices) => priceAge(prices, now));
    return ages.flatMap(({ title, count, old, oldest }): Finding[] => {
      if (old === 0) return [];
      const what =
        count === 1
          ? `the built-in prices (${title}) were last checked more than ${OLD_AFTER_DAYS} days ago, on ${oldest}.`
          : `${old} of ${plural(count, 'built-in price')} (${title}) ${old === 1 ? 'was' : 'were'} last checked more than ${OLD_AFTER_DAYS} days ago, the oldest on ${oldest}.`;
      const fix = 'Update monitor, or override the prices with a price file of your own (parse --prices).';
      return [{ code: 'prices-old', area: 'prices', severity: 'note', what, where: title, fix }];
    });
  },
};
