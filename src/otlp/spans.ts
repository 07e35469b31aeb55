import { entryOf, parsePriceBook, type PriceBook } from '../pricing/price-book.ts';
import { providerOf } from '../query/model-provider.ts';
import type { Row } from '../rows/row.ts';
import type { Snapshot } from '../store/read.ts';
import { providerName } from './conventions.ts';
import { hasSession } from './ids.ts';
import { roundSpan, rootSpan, type Span } from './span.ts';

/** Makes the spans of a store's rounds. */
export class Spans {
  readonly #book: PriceBook;
  readonly #withContent: boolean;
  readonly #providers = new Map<string, string>();

  constructor({ priceLines, dir }: Pick<Snapshot, 'priceLines' | 'dir'>, withContent: boolean) {
    this.#book = parsePriceBook(priceLines, `of ${dir}`);
    this.#withContent = withContent;
  }

  /** A session's root comes with its first round; `isFirst`: it is the first that there is, as others were pruned. */
  of(row: Row, isFirst = false): Span[] {
    const span = roundSpan(row, this.#providerOf(row), this.#withContent);
    return hasSession(row) && (isFirst || row.round === 1) ? [rootSpan(row), span] : [span];
  }

  #providerOf({ cell: { model, price } }: Row): string {
    const key = `${price} ${model}`;
    let name = this.#providers.get(key);
    if (name === undefined) {
      const source = typeof price === 'number' ? entryOf(this.#book, price)?.source : undefined;
      this.#providers.set(key, (name = providerName(providerOf(model, source))));
    }
    return name;
  }
}
