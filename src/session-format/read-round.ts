import { DamagedSession } from './damaged-session.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { objectMembers, parseJson } from '../platform/json-spans.ts';
import { isContext, isStoredRound, TEXTS, wrongField, type StoredRound } from './stored-round.ts';

/** A stored round's line: its fields, and the JSON of its texts, which are not parsed. */
export interface ReadRound {
  line: string;
  stored: StoredRound;
  texts: ReadonlyMap<string, string>;
}

/** The part of a stored round that names the rounds its request is made of. */
export type References = Pick<StoredRound, 'round' | 'context' | 'system_round' | 'question_round'>;

/** Reads a stored round's line. Throws InputOutputError, which names the field, if the line is not valid. */
export function readRound(line: string): ReadRound {
  const members = objectMembers(line, 0)?.members ?? [];
  // Most fields come before the first text, so one parse reads them all.
  const firstText = members.findIndex(({ key }) => TEXTS.has(key));
  const head = firstText < 0 ? members.length : firstText;
  const fields = head === 0 ? {} : parseJson(`${line.slice(0, members[head - 1]?.to)}}`);
  if (!isRecord(fields)) throw damaged('it is not JSON');
  const texts = new Map<string, string>();
  for (const { key, from, to } of members.slice(head)) {
    if (TEXTS.has(key)) texts.set(key, line.slice(from, to));
    else fields[key] = parseJson(line.slice(from, to));
  }
  if (isStoredRound(fields)) return { line, stored: withAltered(fields), texts };
  throw damaged(`its ${wrongField(fields)} is missing or invalid`, fields['round']);
}

/** The start of a member with a text. It cannot occur inside a JSON string, where quotes are escaped. */
const TEXT_MEMBER = new RegExp(
  `,"(?:${[...TEXTS, 'context', 'system_round', 'question_round'].join('|')})":`,
  'g',
);

/** Reads the fields of a stored round up to the first text: texts can be megabytes. */
export function readFields(line: string): StoredRound {
  // An object among the fields can have such a member too. Then the part before it is not JSON, and the next is tried.
  for (const { index } of line.matchAll(TEXT_MEMBER)) {
    const fields = parseJson(`${line.slice(0, index)}}`);
    if (isRecord(fields) && isStoredRound(fields)) return fields;
  }
  return readRound(line).stored;
}

/** Reads only these references, not the texts or other fields. */
export function readReferences(line: string): References {
  const fields: Partial<References> = {};
  for (const { key, from, to } of objectMembers(line, 0)?.members ?? []) {
    if (key !== 'round' && key !== 'context' && key !== 'system_round' && key !== 'question_round') continue;
    const value = parseJson(line.slice(from, to));
    if (key !== 'context' && isCount(value)) fields[key] = value;
    else if (key === 'context' && isContext(value)) fields.context = value;
    else throw damaged(`its ${key} is invalid`, fields.round);
  }
  const { round } = fields;
  if (round === undefined) throw damaged('its round is missing');
  return { ...fields, round };
}

/** Parses a line that may be damaged, including the texts; undefined if it is not a stored round. */
export function parseRound(line: string): StoredRound | undefined {
  const value = parseJson(line);
  return isRecord(value) && isStoredRound(value) ? value : undefined;
}

/** For readers, it is a flag like the others. */
function withAltered(stored: StoredRound): StoredRound {
  return stored.altered ? { ...stored, flags: [...(stored.flags ?? []), 'altered'] } : stored;
}

/** The error for a stored round that cannot be read. */
export function damaged(problem: string, round?: unknown): DamagedSession {
  const which = typeof round === 'number' ? `round ${round}` : 'a round';
  return new DamagedSession(
    `has a damaged round: ${problem}`,
    `${which} of a session is damaged in the store: ${problem}. monitor repair shows what can be recovered`,
  );
}
