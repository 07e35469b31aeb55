import { printableId } from '../platform/clean-text.ts';
import { nearestNames } from '../platform/nearest.ts';

/** What is said of a --session-key that no round has, while rounds of `others` are left out. */
export function unknownSession(key: string, others: Iterable<string>): string {
  const nearest = nearestNames(others, key).map(quoted);
  const meant = nearest.length === 0 ? '' : `. Did you mean ${nearest.join(' or ')}?`;
  return `only the session ${quoted(key)} is stored (--session-key), and no round of it has been read yet${meant}`;
}

function quoted(id: string): string {
  return `'${printableId(id.slice(0, 200))}'`;
}
