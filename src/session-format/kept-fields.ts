import { DEFAULT_ORDER, DefaultFields, type Fields } from '../ai-log/default-fields.ts';
import type { AnyRound } from '../ai-log/round.ts';
import { isNothing, onOneLine } from '../ai-log/attributes.ts';
import { objectMembers } from '../platform/json-spans.ts';
import {
  CODES,
  isOwnName,
  namesFilter,
  OWN_ATTRIBUTES,
  UNKEPT_FIELDS,
  type KeepRules,
} from './kept-names.ts';
import { SelectedDefaults } from './selected-defaults.ts';

/**
 * What a round keeps of its line as it was logged, besides what it has under names of its own: attributes of ai_log,
 * and the fields beside it. Values are JSON, on one line.
 */
export interface KeptFields {
  attributes: ReadonlyMap<string, string>;
  accessLog: Fields;
  /** The length in bytes of values that were cut, or left out for lack of room, by name. */
  cut: ReadonlyMap<string, number>;
}

const NONE: ReadonlyMap<string, any> = new Map();
/** Of a round of which nothing else is known. */
export const NOTHING_KEPT: KeptFields = { attributes: NONE, accessLog: NONE, cut: NONE };

/** Bounds for a round, so that a client that controls an attribute cannot fill the store. */
const MOST_VALUE_BYTES = 4 << 10;
const MOST_VALUES = 64;
const MOST_BYTES = 64 << 10;
/** With less room than this, a value is left out. */
const SHORTEST_CUT = 16;
/** Shorter values are not measured in bytes: their characters are counted. */
const SHORT = 64;
/** A longer name is hostile. */
const LONGEST_NAME = 256;
/** In characters, of up to three bytes each. A line and attributes within these are far from the bounds. */
const USUAL_LINE = 1_300;
const USUAL_ATTRIBUTES = 32;
const USUAL_ATTRIBUTE = 512;

const STORED_NAMES = [
  ['access_log', 'accessLog'],
  ['attributes', 'attributes'],
] as const;

const DURATION = DEFAULT_ORDER.indexOf('duration');
const CODE = /^"[\w .,:;|/(){}-]{1,256}"$/;
const NUMBER = /^(?:-?\d[\d.eE+-]*|true|false)$/;

/** Decides what rounds keep. */
export class FieldKeeper {
  readonly #isKept: (name: string) => boolean;
  readonly #isDropped: (name: string) => boolean;
  readonly #dimensions: ReadonlySet<string>;
  readonly #keepsText: boolean;
  /** Which fields of the default format it keeps, without and with `duration`. */
  readonly #defaults: readonly [boolean[], boolean[]];
  readonly #redact: ((json: string) => string) | undefined;

  /** `dimensions`: names whose values are no texts. `redact`: removes from a JSON text what must not be stored. */
  constructor(
    { keep, drop }: KeepRules,
    dimensions: readonly string[],
    keepsText: boolean,
    redact?: (json: string) => string,
  ) {
    this.#isKept = namesFilter(keep);
    this.#isDropped = namesFilter(drop);
    this.#dimensions = new Set(dimensions);
    this.#keepsText = keepsText;
    this.#redact = redact;
    const defaults = DEFAULT_ORDER.map((name) => this.#isLineField(name));
    this.#defaults = [defaults.map((isKept, place) => isKept && place !== DURATION), defaults];
  }

  fieldsOf(round: LoggedFields): KeptFields {
    return this.#usualFields(round) ?? this.#fieldsOf(round);
  }

  #fieldsOf(round: LoggedFields): KeptFields {
    const kept = new Kept();
    // A client can add attributes, so dimensions and the gateway's own fields come first.
    for (const name of this.#dimensions) {
      const attribute = round.attributes.get(name);
      const json = isNothing(attribute) ? round.accessLog.get(name) : attribute;
      if (!isNothing(json))
        this.#add(kept, json === attribute ? kept.attributes : kept.accessLog, name, json);
    }
    for (const [name, json] of round.accessLog) {
      if (isNothing(json) || !this.#isLineField(name) || isHeld(name, json, round)) continue;
      this.#add(kept, kept.accessLog, name, json);
    }
    for (const [name, json] of round.attributes) {
      if (this.#isAttribute(name, json, round)) this.#add(kept, kept.attributes, name, json);
    }
    return kept;
  }

  /**
   * The same as `#fieldsOf`, faster: of a line in the default form with attributes that are few and short, in a store
   * that stores values as they were logged. undefined for others.
   */
  #usualFields(round: LoggedFields): KeptFields | undefined {
    const { attributes, accessLog, durationMs } = round;
    if (!this.#keepsText || this.#redact || this.#dimensions.size > 0) return undefined;
    if (!(accessLog instanceof DefaultFields)) return undefined;
    if (accessLog.length > USUAL_LINE || attributes.size > USUAL_ATTRIBUTES) return undefined;
    let kept: Map<string, string> | undefined;
    for (const [name, json] of attributes) {
      if (json.length > USUAL_ATTRIBUTE || name.length > LONGEST_NAME) return undefined;
      if (this.#isAttribute(name, json, round)) (kept ??= new Map()).set(name, json);
    }
    const [withoutDuration, all] = this.#defaults;
    const isDurationHeld = isNumber(accessLog.jsonAt(DURATION), durationMs);
    const selected = new SelectedDefaults(accessLog, isDurationHeld ? withoutDuration : all);
    return { attributes: kept ?? NONE, accessLog: selected, cut: NONE };
  }

  #isAttribute(name: string, json: string, round: LoggedFields): boolean {
    return (
      !OWN_ATTRIBUTES.has(name) && json !== 'null' && !this.#isDropped(name) && !isHeld(name, json, round)
    );
  }

  /** What stays of a stored round's kept fields when its texts are removed. */
  ofStored(texts: ReadonlyMap<string, string>): KeptFields {
    const kept = new Kept();
    for (const [key, name] of STORED_NAMES) {
      const json = texts.get(key) ?? '{}';
      for (const { key, from, to } of objectMembers(json, 0)?.members ?? [])
        this.#add(kept, kept[name], key, json.slice(from, to));
    }
    return kept;
  }

  #isLineField(name: string): boolean {
    if (this.#isDropped(name)) return false;
    if (!UNKEPT_FIELDS.has(name)) return true;
    return !isOwnName(name) && (this.#dimensions.has(name) || this.#isKept(name));
  }

  #add(kept: Kept, values: Map<string, string>, name: string, json: string): void {
    if (values.has(name)) return;
    const isDimension = this.#dimensions.has(name);
    if (!isDimension && !this.#keepsText && !isCode(name, json)) return;
    const value = isDimension || NUMBER.test(json) ? json : this.#redacted(name, json);
    if (value !== undefined) kept.add(values, name, value, this.#isKept(name));
  }

  /** The value as it may be stored, searched together with its name: `password` says what it is. */
  #redacted(name: string, json: string): string | undefined {
    if (!this.#redact) return json;
    const key = keyJson(name);
    const member = this.#redact(`{${key}${json}}`);
    // A name that is a secret itself is not kept.
    return member.startsWith(`{${key}`) ? member.slice(key.length + 1, -1) : undefined;
  }
}

/** What has been kept of one round. */
class Kept implements KeptFields {
  readonly attributes = new Map<string, string>();
  readonly accessLog = new Map<string, string>();
  readonly cut = new Map<string, number>();
  #bytes = 0;

  add(values: Map<string, string>, name: string, json: string, isAsked: boolean): void {
    const bytes = json.length <= SHORT ? json.length : Buffer.byteLength(json);
    const room = Math.min(isAsked ? MOST_BYTES : MOST_VALUE_BYTES, MOST_BYTES - this.#bytes);
    const isFull = this.attributes.size + this.accessLog.size >= MOST_VALUES || name.length > LONGEST_NAME;
    if (bytes > room || isFull) this.#noteCut(name, bytes);
    if (isFull || room < SHORTEST_CUT) return;
    this.#bytes += Math.min(bytes, room);
    values.set(name, bytes > room ? cutJson(json, room) : json);
  }

  #noteCut(name: string, bytes: number): void {
    if (this.cut.size < MOST_VALUES) this.cut.set(name.slice(0, LONGEST_NAME), bytes);
  }
}

type LoggedFields = Pick<AnyRound, 'attributes' | 'accessLog' | 'durationMs' | 'firstTokenMs' | 'usage'>;

/** Whether the round has this value under a name of its own. */
function isHeld(name: string, json: string, { durationMs, firstTokenMs, usage }: LoggedFields): boolean {
  if (name === 'llm_service_duration' || name === 'duration') return isNumber(json, durationMs);
  if (name === 'llm_first_token_duration') return isNumber(json, firstTokenMs);
  return (
    name === 'service_tier' && usage.serviceTier !== undefined && json === JSON.stringify(usage.serviceTier)
  );
}

function isNumber(json: string, value: number | null): boolean {
  return json === String(value) || json === `"${value}"`;
}

function isCode(name: string, json: string): boolean {
  return NUMBER.test(json) || (CODES.has(name) && CODE.test(json));
}

/** The start of a value that is too long, as a JSON string of at most this many bytes. */
function cutJson(json: string, bytes: number): string {
  const text = json[0] === '"' ? (JSON.parse(json) as string).toWellFormed() : json;
  // Escapes can make the text longer again, so this may take several steps.
  for (let length = Math.min(text.length, bytes); ; length = Math.floor(length * 0.8)) {
    const cut = JSON.stringify(text.slice(0, length).toWellFormed());
    if (Buffer.byteLength(cut) <= bytes) return cut;
  }
}

/** The members of a stored round for what it keeps, each preceded by a comma. */
export function keptMembers({ attributes, accessLog, cut }: KeptFields): string {
  return member('attributes', attributes) + member('access_log', accessLog) + member('fields_cut', cut);
}

function member(name: string, values: Iterable<[string, string | number]>): string {
  const json = values === NONE ? null : objectJson(values);
  return json === null ? '' : `,"${name}":${json}`;
}

/** An object of values given as JSON; null if there are none. */
export function objectJson(values: Iterable<[string, string | number]>): string | null {
  const members = values instanceof SelectedDefaults ? values.members() : membersOf(values);
  return members === '' ? null : `{${members}}`;
}

function membersOf(values: Iterable<[string, string | number]>): string {
  let text = '';
  for (const [name, json] of values) text += `${text && ','}${keyJson(name)}${json}`;
  return onOneLine(text);
}

/** Nearly all lines have the same names. */
const KEYS = new Map<string, string>();
const MOST_KEYS = 1000;

/** A name as the key of a JSON object, with the colon. */
function keyJson(name: string): string {
  let json = KEYS.get(name);
  if (json !== undefined) return json;
  json = `${JSON.stringify(name.toWellFormed())}:`;
  if (KEYS.size < MOST_KEYS) KEYS.set(name, json);
  return json;
}
