/**
 * Exact money: attodollars (10⁻¹⁸ USD) in a bigint, or 10⁻¹⁸ of another currency. A price per million tokens with up to
 * 12 decimals is a whole number of them per token. So costs are sums of integers, exact in any order.
 */
const ATTO_DECIMALS = 18;

/** A price: a decimal text, or a number, which is read as its shortest decimal (`0.1` is one tenth). */
export type Decimal = number | string;

/** USD per million tokens → attodollars per token. Decimals after the 12th are rounded half up. */
export function attoPerToken(usdPerMillion: Decimal): bigint {
  const known = tokenPrices.get(usdPerMillion);
  if (known !== undefined) return known;
  const price = scaled(usdPerMillion, ATTO_DECIMALS - 6);
  if (tokenPrices.size < MOST_PRICES) tokenPrices.set(usdPerMillion, price);
  return price;
}

/** Every round is priced, but there are few prices. */
const tokenPrices = new Map<Decimal, bigint>();
const MOST_PRICES = 10_000;

/** USD per thousand requests → attodollars per request. Decimals after the 15th are rounded half up. */
export function attoPerRequest(usdPerThousand: Decimal): bigint {
  return scaled(usdPerThousand, ATTO_DECIMALS - 3);
}

/** USD → attodollars. Decimals after the 18th are rounded half up. */
export function attoOfUsd(usd: Decimal): bigint {
  return scaled(usd, ATTO_DECIMALS);
}

/** The exact amount, in any currency, as a decimal without trailing zeros: `0.02817075`, `12`, `-0.5`. */
export function exactUsd(atto: bigint): string {
  return exactDecimal(atto, ATTO_DECIMALS);
}

/** value × 10^-places, exactly, without trailing zeros. */
export function exactDecimal(value: bigint, places: number): string {
  const text = decimalText(value, places);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The double closest to the exact amount. */
export function usdOf(atto: bigint): number {
  return Number(decimalText(atto, ATTO_DECIMALS));
}

/** `$1,234.57`, rounded half away from zero; `decimals` is from 0 to 18. */
export function formatUsd(atto: bigint, decimals: number): string {
  const magnitude = roundedShift(atto < 0n ? -atto : atto, ATTO_DECIMALS - decimals);
  const [whole = '', fraction] = decimalText(magnitude, decimals).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  const sign = atto < 0n && magnitude > 0n ? '-' : '';
  return `${sign}$${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** `$1.2000`. A cost that is too small for the decimals is `<$0.0001`, not zero. */
export function usdText(cost: bigint, decimals: number): string {
  const text = formatUsd(cost, decimals);
  return cost > 0n && !/[1-9]/.test(text) ? `<$0.${'1'.padStart(decimals, '0')}` : text;
}

const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ['USD', '$'],
  ['CNY', '¥'],
  ['EUR', '€'],
  ['GBP', '£'],
  ['INR', '₹'],
  ['KRW', '₩'],
]);

/** The prefix of an amount in a currency: `$`, `¥`, or `SGD ` with a space. */
export function currencySign(currency: string): string {
  return SYMBOLS.get(currency) ?? `${currency} `;
}

/** `$1.2000`, `¥8.4000`, `SGD 1.2000`: usdText for any currency. */
export function moneyText(amount: bigint, currency: string, decimals: number): string {
  const text = usdText(amount, decimals);
  return currency === 'USD' ? text : text.replace('$', currencySign(currency));
}

/** `$1.2000 + ¥8.4000`: amounts by currency, in the given order. Zero amounts are left out if there are others. */
export function costsText(
  costs: Iterable<readonly [currency: string, cost: bigint]>,
  decimals: number,
): string {
  const known = [...costs];
  const shown = known.filter(([, cost]) => cost !== 0n);
  const amounts = shown.length > 0 ? shown : known.slice(0, 1);
  if (amounts.length === 0) return formatUsd(0n, decimals);
  return amounts.map(([currency, cost]) => moneyText(cost, currency, decimals)).join(' + ');
}

/** Amounts by currency, USD first, the others sorted by code. */
export function usdFirst<T>(amounts: Iterable<readonly [currency: string, amount: T]>): [string, T][] {
  return Array.from(amounts, ([currency, amount]): [string, T] => [currency, amount]).toSorted(([a], [b]) =>
    rankOf(a) < rankOf(b) ? -1 : 1,
  );
}

function rankOf(currency: string): string {
  return currency === 'USD' ? '' : currency;
}

/** A decimal without sign: at most 9 digits before and 24 after the point. */
export const PRICE_TEXT = /^\d{1,9}(?:\.\d{1,24})?$/;

const NUMBER_PARTS = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/** The exact product of two non-negative decimals, as a decimal text: a price in another currency × its rate. */
export function productOf(a: Decimal, b: Decimal): string {
  const [first, second] = [partsOf(a), partsOf(b)];
  const decimals = first.decimals + second.decimals;
  const text = decimalText(
    first.digits * second.digits * 10n ** BigInt(Math.max(0, -decimals)),
    Math.max(0, decimals),
  );
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** value × 10^places as an integer. Throws a RangeError if the value is not a finite decimal, 0 or greater. */
function scaled(value: Decimal, places: number): bigint {
  const { digits, decimals } = partsOf(value);
  return roundedShift(digits, decimals - places);
}

/** A decimal as digits × 10^-decimals. */
function partsOf(value: Decimal): { digits: bigint; decimals: number } {
  const parts = NUMBER_PARTS.exec(String(value));
  if (!parts) throw new RangeError(`a price must be a decimal, 0 or greater, not ${String(value)}`);
  const [, whole = '', fraction = '', exponent = '0'] = parts;
  return { digits: BigInt(whole + fraction), decimals: fraction.length - Number(exponent) };
}

/** value × 10^-places for value ≥ 0, rounded half up. */
function roundedShift(value: bigint, places: number): bigint {
  if (places <= 0) return value * powerOfTen(-places);
  const unit = powerOfTen(places);
  return (value + unit / 2n) / unit;
}

/** Printing amounts needs the same few powers again and again. */
const powers = Array.from({ length: 25 }, (_, power) => 10n ** BigInt(power));

function powerOfTen(power: number): bigint {
  return powers[power] ?? 10n ** BigInt(power);
}

function decimalText(value: bigint, decimals: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
