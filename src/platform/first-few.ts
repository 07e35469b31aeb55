/** The first few, in an order, of things that come one by one and are more than can be kept. */
export class FirstFew<T> {
  readonly #most: number;
  readonly #compare: (a: T, b: T) => number;
  #rows: T[] = [];

  constructor(most: number, compare: (a: T, b: T) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  add(row: T): void {
    this.#rows.push(row);
    if (this.#rows.length >= 4 * this.#most) this.#rows = this.rows();
  }

  rows(): T[] {
    return this.#rows.toSorted(this.#compare).slice(0, this.#most);
  }
}
