import { OLD_AFTER_DAYS, type PriceAge } from '../pricing/price-age.ts';
import { exact } from '../query/count-text.ts';

/** One line for all lists that have old prices, and what to do about it; undefined if none are old. */
export function priceAgeText(ages: readonly PriceAge[]): string | undefined {
  const old = ages.filter((age) => age.old > 0);
  if (old.length === 0) return undefined;
  const lists = old.map(({ title, count, old: many, oldest }) =>
    count === 1 && many === 1
      ? `${title}, on ${oldest}`
      : `${exact(many)} of ${exact(count)} ${title}, the oldest on ${oldest}`,
  );
  return (
    `Built-in prices that were last checked more than ${OLD_AFTER_DAYS} days ago: ${lists.join('; ')}. They may have ` +
    'changed since. Update monitor, or override them with a price file (--prices).'
  );
}

/** `built_in` of `prices --json`. */
export function priceAgeJson({ title, count, old, undated, oldest }: PriceAge): Record<string, unknown> {
  return { title, count, old, undated, oldest };
}
