import { currencyOrder } from '../../src/query/currency-order.ts';
import { FLAG, STATUSES } from '../../src/site/lists/part-flags.ts';
import type { SessionPart } from '../../src/site/lists/session-parts.ts';
import type { Days } from './days.ts';
import { pause } from './long-sort.ts';
import type { Session } from './session-table.ts';

/** What the list was asked for. Empty texts ask for nothing. */
export interface Asked {
  /** In lower case. */
  words: readonly string[];
  days: Days | undefined;
  status: string;
  model: string;
  /** `-`: none. */
  consumer: string;
  agent: string;
  channel: string;
  /** For each dimension that is asked for, its number and the value; `-`: none. */
  where: readonly (readonly [dimension: number, value: string])[];
  /** Parts of sessions stand by themselves. */
  isApart: boolean;
}

/** The consumer of requests without one. */
export const NOBODY = '-';

/** Whether figures are of a part of a session's rounds. */
export function isNarrow({ days, model, consumer, where }: Asked): boolean {
  return days !== undefined || model !== '' || consumer !== '' || where.length > 0;
}

export function isAsked(asked: Asked): boolean {
  const { words, status, agent, channel } = asked;
  return isNarrow(asked) || words.length > 0 || [status, agent, channel].some((text) => text !== '');
}

/** `unknown`: whether it has the status is not known. */
type Match = Session | 'unknown' | undefined;

/** The session with its rounds that are meant; undefined if there are none, or it is not meant. */
function matchOf(session: Session, asked: Asked): Match {
  if (asked.agent !== '' && session.agent !== asked.agent) return undefined;
  if (asked.channel !== '' && session.channel !== asked.channel) return undefined;
  if (!asked.words.every((word) => session.text.includes(word))) return undefined;
  const all = partsOf(session);
  const near = isNarrow(asked) ? all.filter((part) => isMeant(session, part, asked)) : all;
  const parts = asked.where.length > 0 ? near.filter((part) => hasValues(session, part, asked)) : near;
  if (parts.length === 0)
    return near.some((part) => hasValues(session, part, asked) === undefined) ? 'unknown' : undefined;
  const status = STATUSES[asked.status];
  if (status) {
    // Of tools, only the whole session is known.
    const flags = parts.reduce((sum, part) => sum | part[FLAGS], session.row[ROW_FLAGS] & OF_TOOLS);
    if ((flags & status.flags) === 0) return (flags & status.unknown) === 0 ? undefined : 'unknown';
  }
  return parts.length === all.length ? session : narrowed(session, parts);
}

const FLAGS = 7;
const VALUES = 10;
/** What a store counts for a session with too many values. */
const OTHER_VALUES = 'other values';
const ROW_FLAGS = 17;
const OF_TOOLS = FLAG.failedTool | FLAG.untold;

function isMeant({ names, consumers, lastDay }: Session, part: SessionPart, asked: Asked): boolean {
  const [back, model, consumer] = part;
  const day = lastDay - back;
  return (
    (asked.days === undefined || (day >= asked.days.from && day <= asked.days.to)) &&
    (asked.model === '' || names[model] === asked.model) &&
    (asked.consumer === '' || (consumers[consumer] ?? NOBODY) === asked.consumer)
  );
}

/** Whether a part has the values that are asked for; undefined if the store does not know. */
function hasValues({ values }: Session, part: SessionPart, { where }: Asked): boolean | undefined {
  const own = values[part[VALUES] ?? 0];
  let answer: boolean | undefined = true;
  for (const [dimension, value] of where) {
    const known = own?.[dimension] ?? 0;
    if (known === value) continue;
    if (known !== 0 && (known !== OTHER_VALUES || value === '')) return false;
    answer = undefined;
  }
  return answer;
}

/** A session without parts is one itself. Remembered: a hundred thousand arrays for each filter would keep the browser busy. */
export function partsOf(session: Session): SessionPart[] {
  return (session.parts ??= session.row[19] || [wholeOf(session)]);
}

function wholeOf({ row, consumers }: Session): SessionPart {
  const [, , , , , , , , rounds, input, cached, output, , costs, , , , flags, unpriced] = row;
  return [0, 0, consumers.length - 1, rounds, input, cached, output, flags, unpriced, costs];
}

/** What rounds used. */
interface Used {
  rounds: number;
  input: number;
  cached: number;
  output: number;
  flags: number;
  unpriced: number;
  /** By currency; null if unknown. */
  costs: Map<string, number> | null;
}

function nothing(): Used {
  return { rounds: 0, input: 0, cached: 0, output: 0, flags: 0, unpriced: 0, costs: null };
}

export function sumOf(parts: readonly SessionPart[]): Used {
  const sum = nothing();
  addParts(sum, parts);
  return sum;
}

function addParts(sum: Used, parts: readonly SessionPart[]): void {
  for (const [, , , rounds, input, cached, output, flags, unpriced, costs] of parts) {
    sum.rounds += rounds;
    sum.input += input;
    sum.cached += cached;
    sum.output += output;
    sum.flags |= flags;
    sum.unpriced += unpriced;
    if (costs === null) continue;
    sum.costs ??= new Map();
    for (const [currency, cost] of typeof costs === 'number' ? [['USD', costs] as const] : costs)
      sum.costs.set(currency, (sum.costs.get(currency) ?? 0) + cost);
  }
}

/** Only a few of many are drawn, so the texts of the cost wait until then. */
function narrowed(session: Session, parts: SessionPart[]): Session {
  const { rounds, input, cached, output, flags, unpriced, costs } = sumOf(parts);
  const row = session.row.slice() as Session['row'];
  [row[8], row[9], row[10], row[11]] = [rounds, input, cached, output];
  row[13] = costs && [...costs].toSorted(([a], [b]) => currencyOrder(a, b));
  row[ROW_FLAGS] = flags | (row[ROW_FLAGS] & OF_TOOLS);
  row[18] = unpriced;
  return { ...session, row, costs, parts, isPart: true };
}

/** What matches. */
export interface Found {
  sessions: Session[];
  /** Sessions that would match, but of which it is not known whether they have the status. */
  unknown: number;
  /** What the rounds that are meant used together. */
  used: Used;
}

/** Sessions that are looked at in one go. */
const RUN = 2048;

/** Undefined if something else was asked meanwhile. */
export async function findSessions(
  sessions: readonly Session[],
  asked: Asked,
  isStale: () => boolean,
): Promise<Found | undefined> {
  const found: Session[] = [];
  const used = nothing();
  let unknown = 0;
  for (let at = 0; at < sessions.length; at += RUN) {
    for (const session of sessions.slice(at, at + RUN)) {
      const match = matchOf(session, asked);
      if (match === 'unknown') unknown++;
      else if (match) {
        found.push(match);
        addParts(used, partsOf(match));
      }
    }
    if (sessions.length <= RUN) continue;
    await pause();
    if (isStale()) return undefined;
  }
  return { sessions: found, unknown, used };
}
