import { isAccessLine, mayHoldAccessText } from './access-text.ts';
import { dockerPartOf } from './wrapped-line.ts';

/** A text in a record that contains a line of the log. */
export interface FoundText {
  text: Buffer;
  /** When the line was written: ISO 8601. */
  time: string | undefined;
  /** Who printed it, as far as the record tells. The parts of one line have the same source. */
  source: string;
  /** The text may be part of a line. `stream`: the record has Docker's members; `isRuntimes`: and no others. */
  part?: { isEnd: boolean; stream?: string; isRuntimes?: true };
  /** The record has it as an object that a shipper parsed, and `text` is that object printed again. */
  isParsed?: true;
}

/** How deep in a record a text is looked for. OTLP bodies are 8 deep. */
const MOST_DEPTH = 12;

type Json = Record<string, unknown>;

/** What the enclosing records say about a record. */
interface Around {
  time: string | undefined;
  source: readonly string[];
  /** Size of Docker's line buffer, in bytes. */
  dockerPart: number;
}

/**
 * The lines of the log that a shipper's record contains, or the reason why its line is ambiguous. The text is
 * recognised by its content, whatever the name of its member. A record has one line, but may contain it several times
 * (Logstash keeps `event.original`, Fluent Bit the parsed object); an array has several records (OTLP, Loki).
 *
 * An access log in another format is not a shipper's record, but a client can write something into it that looks like a
 * line. So members with a client's text, and objects that describe a request, are never searched.
 */
export function linesOfRecord(record: unknown, dockerPart: number): FoundText[] | string {
  return walk(record, { time: undefined, source: [], dockerPart }, 0);
}

function walk(value: unknown, around: Around, depth: number): FoundText[] | string {
  if (depth > MOST_DEPTH || typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? walkList(value, around, depth) : walkRecord(value as Json, around, depth);
}

function walkList(list: readonly unknown[], around: Around, depth: number): FoundText[] | string {
  const [first, second] = list;
  const time = isStamp(first) ? isoTime(first) : undefined;
  // Loki writes `["1570818238000000000", "line"]`, fluentd `[1570818238.1, {…}]`.
  if (time !== undefined && typeof second === 'string') return wholeText(second, { ...around, time });
  if (time !== undefined) return walk(second, { ...around, time }, depth + 1);
  const pairs = objectOfPairs(list);
  if (pairs) return printed(pairs, around);
  return gather(
    list.map((item) => (typeof item === 'string' ? wholeText(item, around) : walk(item, around, depth + 1))),
  );
}

function walkRecord(record: Json, around: Around, depth: number): FoundText[] | string {
  const requests = countOfRequests(record);
  if (requests > 1) return [];
  const time = timeOf(record) ?? around.time;
  const inside = { ...around, time, source: [...around.source, ...sourceOf(record)] };
  const part = partOf(record, inside);
  if (part) return [part];
  const members = Object.entries(record).filter(([key]) => !OF_CLIENTS.test(key));
  const texts = members.map(([key, member]) =>
    requests === 0 || IS_USUAL.test(key) ? ownText(key, member, inside) : [],
  );
  const own = one(texts);
  if (own.length > 0) return own;
  const objects = members.filter(([, member]) => !Array.isArray(member));
  const inObjects = objects.map(([, member]) => walkNested(member, inside, depth));
  const nested = inObjects.find((found) => typeof found === 'string') ?? one(inObjects as FoundText[][]);
  if (nested.length > 0) return nested;
  const lists = members.filter(([, member]) => Array.isArray(member));
  return gather(lists.map(([, member]) => walk(member, inside, depth + 1)));
}

/** Searches an object in a record: it may be the line itself, parsed by a shipper. */
function walkNested(member: unknown, around: Around, depth: number): FoundText[] | string {
  if (typeof member !== 'object' || member === null) return [];
  return Object.hasOwn(member, 'ai_log') ? printed(member, around) : walk(member, around, depth + 1);
}

function printed(object: object, around: Around): FoundText[] | string {
  try {
    return [foundText(JSON.stringify(object), around, { isParsed: true })];
  } catch {
    return TOO_DEEP;
  }
}

/** OTLP writes the members of an object (a body, attributes) as `[{"key":…,"value":{"stringValue":…}}]`. */
function objectOfPairs(list: readonly unknown[]): Json | undefined {
  const pairs = list.map((item) => (isObject(item) && isObject(item['value']) ? item : undefined));
  if (!pairs.some((pair) => pair?.['key'] === 'ai_log')) return undefined;
  return Object.fromEntries(
    pairs.flatMap((pair) => {
      const [value] = Object.values(isObject(pair?.['value']) ? pair['value'] : {});
      return pair ? [[String(pair['key']), value]] : [];
    }),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON.parse accepts deeper nesting than JSON.stringify. */
export const TOO_DEEP = 'the record is nested too deeply';
export const AMBIGUOUS = 'the record holds several access lines and does not say which one is its own';

/**
 * The one line of a record, from what its members contain. A text is what was logged, so it has priority over an object
 * that was parsed from it; and an access line has priority over a text that may contain one.
 */
function one(found: readonly FoundText[][]): FoundText[] | string {
  let members = found.filter((texts) => texts.length > 0);
  for (const isBetter of [isText, isWhole]) {
    const better = members.filter((texts) => texts.every((text) => isBetter(text)));
    if (better.length > 0) members = better;
  }
  const [line, ...others] = members;
  if (!line) return [];
  return others.every((other) => isSame(other, line)) ? line : AMBIGUOUS;
}

function isText({ isParsed }: FoundText): boolean {
  return !isParsed;
}

function isWhole({ text }: FoundText): boolean {
  return isAccessLine(text);
}

function isSame(some: readonly FoundText[], others: readonly FoundText[]): boolean {
  return some.length === others.length && some.every(({ text }, i) => text.equals(others[i]?.text ?? EMPTY));
}

const EMPTY = Buffer.alloc(0);

function gather(parts: readonly (FoundText[] | string)[]): FoundText[] | string {
  return parts.find((part) => typeof part === 'string') ?? (parts as FoundText[][]).flat();
}

function ownText(key: string, member: unknown, around: Around): FoundText[] {
  if (typeof member === 'string') return wholeText(member, around);
  const text = key === 'MESSAGE' && Array.isArray(member) ? journalText(member) : undefined;
  return text === undefined ? [] : wholeText(text, around);
}

/** A text as an array of byte values, as journald exports it. */
function journalText(numbers: readonly unknown[]): string | undefined {
  const areBytes = numbers.every((n) => typeof n === 'number' && Number.isInteger(n) && n >= 0 && n < 256);
  return areBytes ? Buffer.from(numbers as number[]).toString() : undefined;
}

const STARTS = /^\s*(?:\uFEFF)?[{[<\w\x1b]/;

/** The lines of a text that may contain an access line. A shipper may have joined several, or kept the line break. */
function wholeText(text: string, around: Around): FoundText[] {
  if (!STARTS.test(text) || !mayHoldAccessText(text)) return [];
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => foundText(line, around));
}

function foundText(text: string, { time, source }: Around, more?: Partial<FoundText>): FoundText {
  return { text: Buffer.from(text), time, source: source.join(' '), ...more };
}

/** Members whose value a client wrote. */
const OF_CLIENTS =
  /^(?:(?:http|req|request|upstream)?[._-]?(?:user[._-]?agent|agent|ua|referr?er|cookies?|headers?|path|uri|url|query(?:[._-]?string)?|args|authority|host|x[._-]forwarded[._-]for|forwarded)|remote[._-]user|request|prompt|question|answer|messages)$/i;

/** Members in which shippers put a line. */
const IS_USUAL =
  /^(?:message|msg|log|line|content|body|text|raw|_raw|event|original|textPayload|stringValue)$/i;

/** Members that an access log has for each request. A shipper's record never has two of them. */
const OF_REQUESTS =
  /^(?:(?:http|request)?[._-]?(?:user[._-]?agent|method|referr?er|path|uri|url)|authority|x[._-]forwarded[._-]for|(?:response[._-])?(?:code|flags|status)|bytes[._-](?:sent|received)|upstream[._-](?:host|cluster)|route[._-]name|remote[._-](?:addr|user)|downstream[._-]remote[._-]address)$/i;

function countOfRequests(record: Json): number {
  let count = 0;
  for (const [key, member] of Object.entries(record)) {
    if (OF_REQUESTS.test(key) && (typeof member !== 'object' || member === null)) count++;
  }
  return count;
}

/** Members that tell who printed a line. They keep parts of different lines from being joined. */
const SOURCES = new Set([
  'stream',
  'source',
  'filename',
  'file',
  'file_path',
  'path',
  'container_id',
  'container_name',
  'docker_id',
  'pod_name',
  'pod_uid',
  'pod',
  'uid',
  'pod_id',
  'container',
  'CONTAINER_ID',
  'CONTAINER_PARTIAL_ID',
  'partial_id',
  '_SYSTEMD_UNIT',
  '_PID',
  '__tag__:__path__',
  '_container_name_',
  '_pod_name_',
  'tag',
]);
const SOURCE_DEPTH = 3;

function sourceOf(record: Json, depth = 0): string[] {
  return Object.entries(record)
    .flatMap(([key, member]) => {
      if (typeof member === 'string') return SOURCES.has(key) ? [`${key}=${member}`] : [];
      return isObject(member) && depth < SOURCE_DEPTH
        ? sourceOf(member, depth + 1).map((one) => `${key}.${one}`)
        : [];
    })
    .toSorted();
}

/** The record as part of a line, if a runtime has cut the line, or may have. */
function partOf(record: Json, around: Around): FoundText | undefined {
  const isEnd = endOf(record);
  const source = around.source.join(' ');
  if (isEnd === undefined) {
    const part = dockerPartOf(record, around.dockerPart);
    return (
      part && { text: part.text, time: part.time, source, part: { isEnd: part.isEnd, stream: part.stream } }
    );
  }
  const text = CUT_TEXTS.map((key) => record[key]).find((member) => typeof member === 'string');
  if (typeof text !== 'string') return undefined;
  const line = (text.endsWith('\n') ? text.slice(0, -1) : text).replaceAll('\n', ' ');
  return foundText(line, around, { part: { isEnd } });
}

const CUT_TEXTS = ['log', 'message', 'MESSAGE', 'line', 'msg', 'content'];

/**
 * Whether the record is the last part of its line; undefined if it does not say. Fluent Bit and fluentd keep CRI's tag
 * (`logtag`, `_p`). Docker's drivers mark parts: fluentd (`partial_message`, `partial_last`), journald
 * (`CONTAINER_PARTIAL_…`).
 */
function endOf(record: Json): boolean | undefined {
  const tag = record['logtag'] ?? record['_p'];
  if (tag === 'P' || tag === 'F') return tag === 'F';
  const isPart = record['partial_message'] ?? record['CONTAINER_PARTIAL_MESSAGE'];
  if (String(isPart) !== 'true') return undefined;
  return String(record['partial_last'] ?? record['CONTAINER_PARTIAL_LAST']) === 'true';
}

/** By priority: the time when a line was written comes before the time when it was collected. */
const TIMES = [
  'time',
  'timestamp',
  '@timestamp',
  'timeUnixNano',
  '_time_',
  '__time__',
  '_SOURCE_REALTIME_TIMESTAMP',
  '__REALTIME_TIMESTAMP',
  'ts',
  'date',
  'datetime',
  'observedTimeUnixNano',
  '_time',
];

function timeOf(record: Json): string | undefined {
  for (const key of TIMES) {
    const time = isoTime(Object.hasOwn(record, key) ? record[key] : undefined);
    if (time !== undefined) return time;
  }
  return undefined;
}

/** A shipper's time in ISO 8601. It is a date as text, or seconds, milli-, micro- or nanoseconds since 1970. */
function isoTime(value: unknown): string | undefined {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value)) return value.replace(' ', 'T');
  if (!isStamp(value)) return undefined;
  const number = Number(value);
  const ms =
    number < 1e11 ? number * 1000 : number < 1e14 ? number : number < 1e17 ? number / 1e3 : number / 1e6;
  const isDate = ms >= Date.UTC(2000, 0, 1) && ms < Date.UTC(2200, 0, 1);
  return isDate ? new Date(Math.floor(ms)).toISOString() : undefined;
}

function isStamp(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d{9,19}(?:\.\d+)?$/.test(value));
}
