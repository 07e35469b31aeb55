/** A value of an attribute, as OTLP's JSON has it: 64-bit numbers are texts. */
export type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } };

export interface KeyValue {
  key: string;
  value: AnyValue;
}

/** Our own attributes, for what no convention has a name for. */
export const OWN = 'agent_session_monitor';

/** The attributes of a span or a resource. What is not known is left out. */
export class Attributes {
  readonly list: KeyValue[] = [];
  readonly #keys = new Set<string>();

  text(key: string, value: string | undefined): void {
    if (value !== undefined && value !== '') this.#add(key, { stringValue: nameOf(value) });
  }

  /** A text of any length. Whoever adds it has bounded it. */
  content(key: string, value: string): void {
    this.#add(key, { stringValue: value });
  }

  texts(key: string, values: readonly string[]): void {
    if (values.length > 0)
      this.#add(key, { arrayValue: { values: values.map((value) => ({ stringValue: nameOf(value) })) } });
  }

  /** A whole number. A log can say anything: what is none, or negative, is left out. */
  count(key: string, value: number | undefined): void {
    if (value !== undefined && Number.isSafeInteger(value) && value >= 0)
      this.#add(key, { intValue: String(value) });
  }

  /** The same, without zeros. */
  some(key: string, value: number | undefined): void {
    if (value !== 0) this.count(key, value);
  }

  double(key: string, value: number): void {
    if (Number.isFinite(value)) this.#add(key, { doubleValue: value });
  }

  flag(key: string, value: boolean): void {
    this.#add(key, { boolValue: value });
  }

  #add(key: string, value: AnyValue): void {
    // The keys of a list are unique. Names of dimensions can become equal when they are made sendable.
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.list.push({ key, value });
  }
}

/** Half of a surrogate pair is no UTF-8, and NUL is no text in PostgreSQL: a receiver would refuse all of the request. */
export function sendable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** A client chooses session ids. */
const LONGEST_NAME = 4096;

function nameOf(text: string): string {
  return sendable(text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text);
}
