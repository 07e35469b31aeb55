import { arrayElements, objectMembers, parseJson, skipSpace, stringEnd } from '../../platform/json-spans.ts';
import { readLogLine, type LoggedRound } from '../../ai-log/round.ts';
import { readTime } from '../../ai-log/time.ts';
import { digest } from '../../platform/digest.ts';

/** A session file of the Python original (agent-session-monitor in alibaba/higress), read. */
export interface OriginalSession {
  /** As the log named it; `default` where it named none. */
  id: string;
  /** Undefined time: when the file was last written must do. */
  rounds: LoggedRound[];
  /** Rounds whose reasoning tokens the original had made up from the length of the text. */
  estimates: number;
  /** Of the first `count` rounds, as base64: a file that has grown since begins with the same. */
  digestOf: (count: number) => string;
}

/**
 * Reads a session file of the original. A text: why it is none. `toUtc` gives the time of a local date and time (as
 * if it were UTC): the original wrote its own clock's, without a zone.
 */
export function readOriginalSession(
  text: string,
  toUtc: (localMs: number) => number,
): OriginalSession | string {
  const start = skipSpace(text, 0);
  const object = parseJson(text) === undefined ? undefined : objectMembers(text, start);
  if (!object) return 'is no whole JSON object: it was cut, or written by something else';
  const members = new Map(object.members.map(({ key, from, to }) => [key, text.slice(from, to)]));
  const list = arrayElements(members.get('rounds') ?? '');
  if (!members.has('session_id') || !list) return 'is no session: it has no session_id, or no list of rounds';
  const id = parseJson(members.get('session_id') ?? '');
  if (typeof id !== 'string' && id !== null) return 'is no session: its session_id is no text';
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

/** What the original put where the log had nothing. */
const NOTHING: ReadonlySet<string> = new Set(['""', '[]', '{}', 'null', '0']);

/** The names of the log for those of the original. */
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

/** The round as the log had it, read like the log: so it means the same as one that `parse` reads. */
function readRound(
  json: string,
  sessionId: string,
  toUtc: (localMs: number) => number,
): { round: LoggedRound; isEstimate: boolean } | string {
  const object = objectMembers(json, 0);
  if (!object) return 'is no session: a round is no object';
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

/** The original had no count, and took a quarter of the text's length in its place. */
function isEstimated(members: ReadonlyMap<string, string>): boolean {
  const reasoning = parseJson(members.get('reasoning') ?? 'null');
  if (typeof reasoning !== 'string' || reasoning === '') return false;
  // Python counts characters, and not UTF-16's units.
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

/** A JSON text without the space between its tokens, as the gateway logs it; the tokens stay as they are. */
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
