import { DEFAULT_ORDER, type DefaultFields, type Fields } from '../ai-log/default-fields.ts';

/** What a round keeps of fields in the default form: those of a selection that are not absent. */
export class SelectedDefaults implements Fields {
  readonly #fields: DefaultFields;
  /** For each place of the order. */
  readonly #isSelected: readonly boolean[];

  constructor(fields: DefaultFields, isSelected: readonly boolean[]) {
    this.#fields = fields;
    this.#isSelected = isSelected;
  }

  get(name: string): string | undefined {
    const place = DEFAULT_ORDER.indexOf(name);
    return place >= 0 && this.#isShown(place) ? this.#fields.jsonAt(place) : undefined;
  }

  *[Symbol.iterator](): Generator<[name: string, json: string]> {
    for (const [place, name] of DEFAULT_ORDER.entries())
      if (this.#isShown(place)) yield [name, this.#fields.jsonAt(place)];
  }

  /** Its members as in a JSON object, separated by commas. Neighbours are copied together. */
  members(): string {
    let members = '';
    for (let place = 0; place < DEFAULT_ORDER.length; place++) {
      const from = place;
      while (this.#isShown(place)) place++;
      if (place > from) members += `${members && ','}${this.#fields.membersBetween(from, place)}`;
    }
    return members;
  }

  #isShown(place: number): boolean {
    return this.#isSelected[place] === true && !this.#fields.isNothingAt(place);
  }
}
