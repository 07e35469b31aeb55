/** Currencies in the order in which amounts are told, and costs compared: USD, then the others by their codes. */
export function currencyOrder(a: string, b: string): number {
  return Number(b === 'USD') - Number(a === 'USD') || (a < b ? -1 : a > b ? 1 : 0);
}
