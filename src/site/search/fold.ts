/*
 * A search takes texts for equal that differ in case or in normalisation form. A filter has to as well, or it would rule
 * out texts with a match. It may go further: what it does not rule out is looked at.
 */

/** Two characters that are equal but for their case, as `literalFinder` sees it, have the same one. */
export function foldedUnit(unit: number): number {
  const known = foldedUnits[unit] as number;
  // Its own code unit is 0.
  return known === 0 ? (foldedUnits[unit] = foldUnit(unit)) : known;
}

const foldedUnits = new Uint16Array(1 << 16);

/** Lower case first: only then do the two forms of `ß`, or the three of sigma, become the same. */
function foldUnit(unit: number): number {
  // Halves of characters of old scripts, whose case the other half has: all of them are taken for equal.
  if (unit >= 0xdc00 && unit < 0xe000) return unit;
  return String.fromCharCode(unit).toLowerCase().toUpperCase().charCodeAt(0);
}

/** First halves of characters with case: Deseret, Osage, Old Hungarian, Garay, Warang Citi, Medefaidrin, Adlam … */
const CASED_HIGH: ReadonlySet<number> = new Set([0xd801, 0xd803, 0xd806, 0xd81b, 0xd83a]);

/** Whether the second half after this unit does not count. */
export function hidesNext(unit: number): boolean {
  return CASED_HIGH.has(unit);
}
