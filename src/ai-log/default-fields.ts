/** The fields of a line by name, as JSON. */
export interface Fields extends Iterable<[name: string, json: string]> {
  get(name: string): string | undefined;
}

/** The fields of the default format, in its order. */
export const DEFAULT_ORDER: readonly string[] = [
  'authority',
  'bytes_received',
  'bytes_sent',
  'downstream_local_address',
  'downstream_remote_address',
  'duration',
  'istio_policy_status',
  'method',
  'path',
  'protocol',
  'request_id',
  'requested_server_name',
  'response_code',
  'response_flags',
  'route_name',
  'start_time',
  'trace_id',
  'upstream_cluster',
  'upstream_host',
  'upstream_local_address',
  'upstream_service_time',
  'upstream_transport_failure_reason',
  'user_agent',
  'x_forwarded_for',
  'response_code_details',
];
const PLACES: ReadonlyMap<string, number> = new Map(DEFAULT_ORDER.map((name, place) => [name, place]));
/** What precedes the text of each. */
const OPENINGS = DEFAULT_ORDER.map((name) => `"${name}":"`);
const BETWEEN = '",'.length;
const ESCAPED = /[\\\0-\x1f]/;
const COMMA = 0x2c;
const MINUS = 0x2d;

/**
 * The fields of a line in the default form, as nearly every line is: exactly these, in this order, each a string without
 * escapes. What nobody asks for is not taken out of the line.
 */
export class DefaultFields implements Fields {
  readonly #text: string;
  /** Of the field before each, and of the last, where the closing quote is. */
  readonly #ends: readonly number[];

  private constructor(text: string, ends: readonly number[]) {
    this.#text = text;
    this.#ends = ends;
  }

  /** `text`: a line from its first field to its end; undefined if the fields have another form. */
  static read(text: string): DefaultFields | undefined {
    const ends = [-BETWEEN];
    let at = 0;
    for (const opening of OPENINGS) {
      if (!text.startsWith(opening, at)) return undefined;
      const end = text.indexOf('"', at + opening.length);
      if (end < 0) return undefined;
      ends.push(end);
      at = end + BETWEEN;
      if (text.charCodeAt(at - 1) !== COMMA) break;
    }
    const isWhole = ends.length > OPENINGS.length && at === text.length && text.endsWith('}');
    return isWhole && !ESCAPED.test(text) ? new DefaultFields(text, ends) : undefined;
  }

  get(name: string): string | undefined {
    const place = PLACES.get(name);
    return place === undefined ? undefined : this.jsonAt(place);
  }

  *[Symbol.iterator](): Generator<[name: string, json: string]> {
    for (const [place, name] of DEFAULT_ORDER.entries()) yield [name, this.jsonAt(place)];
  }

  /** The JSON of the field at a place of the order. */
  jsonAt(place: number): string {
    return this.#text.slice(this.#startOf(place) - 1, this.#endOf(place) + 1);
  }

  /** Whether it is absent, as `isNothing` says. */
  isNothingAt(place: number): boolean {
    const start = this.#startOf(place);
    const length = this.#endOf(place) - start;
    return length === 0 || (length === 1 && this.#text.charCodeAt(start) === MINUS);
  }

  /** The fields from one place up to, not including, another, as members of an object, separated by commas. */
  membersBetween(from: number, to: number): string {
    return this.#text.slice((this.#ends[from] as number) + BETWEEN, this.#endOf(to - 1) + 1);
  }

  /** In characters. */
  get length(): number {
    return this.#text.length;
  }

  #startOf(place: number): number {
    return (this.#ends[place] as number) + BETWEEN + (OPENINGS[place] as string).length;
  }

  #endOf(place: number): number {
    return this.#ends[place + 1] as number;
  }
}
