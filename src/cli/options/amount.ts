import { InvalidArgumentError } from 'commander';
import { attoOfUsd, PRICE_TEXT } from '../../pricing/money.ts';

/** Exact, in 10⁻¹⁸ USD. */
export function usdAmount(text: string): bigint {
  if (PRICE_TEXT.test(text)) return attoOfUsd(text);
  throw new InvalidArgumentError('It must be an amount in USD, such as 50 or 0.25.');
}

/** Exact, in 10⁻¹⁸ of the currency. */
export function amountParser(text: string): bigint {
  if (PRICE_TEXT.test(text)) return attoOfUsd(text);
  throw new InvalidArgumentError('It must be an amount, such as 50 or 0.25.');
}
