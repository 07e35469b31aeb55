/** The order in which currencies are shown and compared: USD, then the others by code. */
export function currencyOrder(a: string, b: string): number {
  return Number(b === 'USD') - Number(a === 'USD') || (a < b ? -1 : a > b ? 1 : 0);
}
