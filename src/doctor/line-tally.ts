import { isUtf8 } from 'node:buffer';
import { readLogLine, type LoggedRound } from '../ai-log/round.ts';
import { FORM_REASONS } from '../logs/shipped-line.ts';
import { lineText } from '../ingest/log-lines.ts';
import { addTimeless, noTimes, type TimeTally } from '../ingest/time-tally.ts';

/** Counts of what the lines of a sample say. */
export interface LineTally {
  lines: number;
  /** Lines that are JSON objects, as access log lines are. */
  objects: number;
  /** Lines that have a key `ai_log`, whatever it holds. */
  named: number;
  rounds: number;
  rejected: number;
  /** Why lines were rejected, and how many for each reason. */
  reasons: Map<string, number>;
  /** The same for lines that another program wrapped in a form that is not read. */
  unread: Map<string, number>;
  /** Rounds that came without a session id. */
  noSession: number;
  /** Rounds that did not fail. */
  answered: number;
  /** Of those, the ones without token counts; and of these, the streams. */
  noUsage: number;
  noUsageStreams: number;
  /** Rounds without the request's messages, in any form. */
  noMessages: number;
  /** Rounds with a value that the gateway cut. */
  cut: number;
  /** Rounds of a model whose input does not include cached tokens, which were not logged. */
  cacheUnknown: number;
  /** Lines with bytes that are not UTF-8. */
  notUtf8: number;
  /** Rounds whose own time is not known. */
  times: TimeTally;
}

export function newTally(): LineTally {
  return {
    lines: 0,
    objects: 0,
    named: 0,
    rounds: 0,
    rejected: 0,
    reasons: new Map(),
    unread: new Map(),
    noSession: 0,
    answered: 0,
    noUsage: 0,
    noUsageStreams: 0,
    noMessages: 0,
    cut: 0,
    cacheUnknown: 0,
    notUtf8: 0,
    times: noTimes(),
  };
}

const KEY = Buffer.from('"ai_log"');
const BRACE = 0x7b;

/** Counts one line. `mayBeCall`: from `linesOf`. `isTimed`: a container runtime says when it was written. */
export function addLine(tally: LineTally, bytes: Buffer, mayBeCall: boolean, isTimed: boolean): void {
  tally.lines++;
  if (bytes[0] === BRACE) tally.objects++;
  if (bytes.includes(KEY) || mayBeCall) tally.named++;
  if (!isUtf8(bytes)) tally.notUtf8++;
  if (!mayBeCall) return;
  const line = readLogLine(lineText(bytes));
  if (line.kind === 'round') addRound(tally, line.round, isTimed);
  if (line.kind !== 'rejected') return;
  tally.rejected++;
  addOne(tally.reasons, line.reason);
}

/** Counts a line that could not be unwrapped, for this reason. */
export function addUnread(tally: LineTally, reason: string): void {
  tally.lines++;
  if (FORM_REASONS.has(reason)) {
    addOne(tally.unread, reason);
  } else {
    tally.named++;
    tally.rejected++;
    addOne(tally.reasons, reason);
  }
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function addRound(tally: LineTally, round: LoggedRound, isTimed: boolean): void {
  tally.rounds++;
  if (round.time === null) addTimeless(tally.times, round.unreadTime, isTimed);
  if (round.sessionId === 'default') tally.noSession++;
  if (round.messages === null && round.messagesText === null) tally.noMessages++;
  if (isCut(round)) tally.cut++;
  if (round.flags.includes('cache-unknown')) tally.cacheUnknown++;
  if (round.responseCode !== null && round.responseCode >= 400) return;
  tally.answered++;
  if (round.usageState !== 'no-usage') return;
  tally.noUsage++;
  if (round.responseType === 'stream') tally.noUsageStreams++;
}

function isCut(round: LoggedRound): boolean {
  const { messagesText, system, question, answer, reasoning, toolCalls } = round;
  return [messagesText, system, question, answer, reasoning, toolCalls].some(
    (json) => json !== null && isCutInTheMiddle(json),
  );
}

const MARK = ' [truncated] ';

/** The plugin keeps as many bytes before its mark as after it; in someone's own words the mark could be anywhere. */
function isCutInTheMiddle(json: string): boolean {
  if (!json.startsWith('"') || !json.includes(MARK)) return false;
  const text: unknown = JSON.parse(json);
  if (typeof text !== 'string') return false;
  const bytes = Buffer.from(text);
  const middle = (bytes.length - MARK.length) / 2;
  // Each byte of a character that was cut becomes a U+FFFD of three bytes: up to 3 of them on a side, 2 bytes longer each.
  const slack = 12;
  const at = bytes.indexOf(MARK, Math.max(0, Math.floor(middle) - slack));
  return at >= 0 && at <= middle + slack;
}
