import { findIn, type Finder, type Found } from './find-text.ts';
import { SaidBefore } from './said-before.ts';
import type { Said } from './said.ts';

/** What is found in the texts of one session, each once. The site's search in a browser uses it too. */
export class SaidSearch {
  readonly #finder: Finder;
  readonly #before: SaidBefore;

  /** `shorten`: see SaidBefore. */
  constructor(finder: Finder, shorten?: (key: string) => string) {
    this.#finder = finder;
    this.#before = new SaidBefore(shorten);
  }

  nextRound(): void {
    this.#before.nextRound();
  }

  /** Where a text matches; null if it does not, or if it was found before. Rounds and texts come in their order. */
  find(said: Said): Found | null {
    for (const text of said.texts) {
      const found = findIn(this.#finder, text);
      if (found) return this.#before.has(said) ? null : found;
    }
    return null;
  }
}
