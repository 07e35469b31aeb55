import { arrayElements, objectMembers, parseJson, skipSpace, stringEnd } from '../../platform/json-spans.ts';
import { readLogLine, type LoggedRound } from '../../ai-log/round.ts';
import { readTime } from '../../ai-log/time.ts';
import { digest } from '../../platform/digest.ts';

/** A parsed session file of the Python original (agent-session-monitor in alibaba/higress). */
export interface OriginalSession {
  /** The id in the log; `default` if it had none. */
  id: string;
  /** If a round's time is undefined, the file's modification time is used. */
  rounds: LoggedRound[];
  /** Rounds whose reasoning tokens the original estimated from the length of the text. */
  estimates: number;
  /** Digest of the first `count` rounds, as base64; it stays the same if the file grows. */
  digestOf: (count: number) => string;
}

/**
 * Reads a session file of the original; returns a text that says what is wrong if it is not one. `toUtc` converts a
 * local date and time (given as if it were UTC), because the original wrote local times without a zone.
 */
export function readOriginalSession(
  text: string,
  toUtc: (localMs: number) => number,
): OriginalSession | string {
  const start = skipSpace(text, 0);
  const object = parseJson(text) === undefined ? undefined : objectMembers(text, start);
  if (!object) return 'is not a complete JSON object: it was truncated, or written by another program';
  const members = new Map(object.members.map(({ key, from, to }) => [key, text.slice(from, to)]));
  const list = arrayElements(members.get('rounds') ?? '');
  if (!members.has('session_id') || !list)
    return 'is not a session: it has no session_id, or no list of rounds';
  const id = parseJson(members.get('session_id') ?? '');
  if (typeof id !== 'string' && id !== null) return 'is not a session: its session_id is not a string';
  const texts = list.map(onOneLine);
  const session: OriginalSession = {
    id: '',
    rounds: [],
    estimates: 0,
    digestOf: (count) =>
      Buffer.from(digest(texts.slice(0, count).join('\n'), 24), 'latin1').toString('base64'),
  };
  for (const [i, json] of texts.entries()) {
    const read = readRound(json, members.get('session_id') ?? '', toUtc);
    if (typeof read === 'string') return `${read}, in round ${i + 1}`;
    session.rounds.push(read.round);
    if (read.isEstimate) session.estimates++;
  }
  session.id = session.rounds[0]?.sessionId ?? (typeof id === 'string' ? id : '');
  return session;
}

/** What the original wrote if the log had nothing. */
const NOTHING: ReadonlySet<string> = new Set(['""', '[]', '{}', 'null', '0']);

/** Maps names of the original to names of the log. */
const LOGGED = {
  model: 'model',
  input_tokens: 'input_token',
  output_tokens: 'output_token',
  reasoning_tokens: 'reasoning_tokens',
  cached_tokens: 'cached_tokens',
  input_token_details: 'input_token_details',
  output_token_details: 'output_token_details',
  response_type: 'response_type',
  messages: 'messages',
  question: 'question',
  answer: 'answer',
  reasoning: 'reasoning',
  tool_calls: 'tool_calls',
} as const;

/** Restores the round's form in the log and reads that, so that it means the same as a round that `parse` reads. */
function readRound(
  json: string,
  sessionId: string,
  toUtc: (localMs: number) => number,
): { round: LoggedRound; isEstimate: boolean } | string {
  const object = objectMembers(json, 0);
  if (!object) return 'is not a session: a round is not an object';
  const members = new Map(object.members.map(({ key, from, to }) => [key, json.slice(from, to)]));
  const isEstimate = isEstimated(members);
  if (isEstimate) members.delete('reasoning_tokens');
  const logged = Object.entries(LOGGED).flatMap(([own, name]) => {
    const value = members.get(own) ?? 'null';
    return NOTHING.has(value) ? [] : [`"${name}":${value}`];
  });
  const line = readLogLine(`{"ai_log":{"session_id":${[sessionId, ...logged].join(',')}}}`);
  if (line.kind !== 'round')
    return `cannot be read (${line.kind === 'rejected' ? line.reason : 'no ai_log'})`;
  const { round } = line;
  const time = timeOf(parseJson(members.get('timestamp') ?? 'null'), toUtc);
  return { round: { ...round, time, flags: [...round.flags, 'imported'] }, isEstimate };
}

/** The original had no count, and used a quarter of the text's length instead. */
function isEstimated(members: ReadonlyMap<string, string>): boolean {
  const reasoning = parseJson(members.get('reasoning') ?? 'null');
  if (typeof reasoning !== 'string' || reasoning === '') return false;
  // Python counts characters, not UTF-16 code units.
  const characters = [...reasoning].length;
  return (
    parseJson(members.get('reasoning_tokens') ?? 'null') === Math.floor(characters / 4) && characters >= 4
  );
}

function timeOf(timestamp: unknown, toUtc: (localMs: number) => number): number | null {
  const time = readTime(timestamp);
  const hasZone = typeof timestamp !== 'string' || /(?:Z|[+-]\d\d:?\d\d)$/.test(timestamp);
  return time === null || hasZone ? time : toUtc(time);
}

/** A JSON text without the space between its tokens, as the gateway logs it; the tokens are unchanged. */
export function onOneLine(json: string): string {
  const pieces: string[] = [];
  let at = 0;
  for (let from = json.indexOf('"'); from >= 0; from = json.indexOf('"', at)) {
    const end = stringEnd(json, from);
    if (end < 0) break;
    pieces.push(json.slice(at, from).replaceAll(/\s+/g, ''), json.slice(from, end));
    at = end;
  }
  pieces.push(json.slice(at).replaceAll(/\s+/g, ''));
  return pieces.join('');
}
