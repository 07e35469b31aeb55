import { pricesAt } from '../../pricing/schedule.ts';
import type { PriceEntry } from '../../pricing/price-book.ts';
import type { Resolution } from '../../pricing/resolve.ts';
import type { Place } from '../known/log-times.ts';
import type { LineTimes } from '../line-source.ts';
import type { Bought, Priced, PriceDesk } from '../price-desk.ts';
import type { Answer, Question } from './messages.ts';

type Ask = (question: Question) => Promise<Answer>;

/** What is known of a model's prices. */
interface KnownModel {
  resolution: Resolution | undefined;
  /** Its entry in the price book; undefined until one is known. */
  entry: PriceEntry | undefined;
}

/** How many models are remembered. */
const MOST_MODELS = 1000;

/** A worker's price desk: the reading thread has the price book, and is asked once for each model. */
export class AskedPrices implements PriceDesk {
  readonly #ask: Ask;
  readonly #models = new Map<string, KnownModel>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async priceOf(bought: Bought): Promise<Priced> {
    const { model, state, atMs } = bought;
    if (state !== 'counted') return { price: state, entry: undefined };
    const known = this.#models.get(model);
    if (known) {
      const prices = known.resolution && pricesAt(known.resolution.schedule, atMs);
      if (!prices) return { price: 'unpriced', entry: undefined };
      if (prices.free) return { price: 'free', entry: undefined };
      if (known.entry) return { price: known.entry.entry, entry: known.entry };
    }
    const answer = await this.#ask({ about: 'price', bought });
    if (!('priced' in answer)) throw new Error('asked for a price, and was told something else');
    const { price, entry, resolution } = answer.priced;
    if (this.#models.size < MOST_MODELS) this.#models.set(model, { resolution, entry });
    return { price, entry };
  }

  take(): string[] {
    return [];
  }
}

/** Notes when requests ended. Where that matters, the reading thread is asked, which knows those of all lines before. */
export class AskedTimes implements LineTimes {
  readonly #ask: Ask;
  readonly #note: (ended: number | null, isExact: boolean) => void;
  #last: { ended: number | null; isExact: boolean } = { ended: null, isExact: false };

  constructor(ask: Ask, note: (ended: number | null, isExact: boolean) => void) {
    this.#ask = ask;
    this.#note = note;
  }

  placesOf(ended: number | null, isExact: boolean): 'later' {
    this.#last = { ended, isExact };
    this.#note(ended, isExact);
    return 'later';
  }

  async ask(): Promise<Place> {
    const answer = await this.#ask({ about: 'place', ...this.#last });
    if (!('place' in answer)) throw new Error('asked for a place, and was told something else');
    return answer.place;
  }
}
