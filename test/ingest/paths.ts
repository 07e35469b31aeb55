import { PrefixCacheBudget } from '../../src/ai-log/fast/prefix-cache-budget.ts';
import { RequestPrefixCache } from '../../src/ai-log/fast/request-prefix-cache.ts';
import { readRawLine, type RawRound } from '../../src/ai-log/fast/raw-line.ts';
import { readLogLine, type AnyRound } from '../../src/ai-log/round.ts';
import { lineText } from '../../src/ingest/log-lines.ts';
import { SessionDraft } from '../../src/ingest/session-draft.ts';
import type { SessionAddition } from '../../src/store/commit.ts';

/** The result for lines: the sessions of each path as a commit gets them, and which path each line took. */
export interface Paths {
  /** For each line, `fast`, or the slow path's kind of a line that the fast path rejected. */
  taken: string[];
  fast: unknown;
  plain: unknown;
  /** In the lines that took the fast path, how many messages were recognised by their bytes. */
  known: number;
}

interface Session {
  fast: SessionDraft;
  plain: SessionDraft;
  known: RequestPrefixCache;
}

/**
 * Reads the same lines, given as latin1 (a character for each byte), on both paths. Throws if the fast path accepts a
 * line that the slow path does not, or reads another round from it.
 */
export function takeBothPaths(lines: readonly string[], knownBytes = 1 << 20, keepsText = true): Paths {
  const budget = new PrefixCacheBudget(knownBytes);
  const sessions = new Map<string, Session>();
  const open = (id: string): Session => {
    const create = (): SessionDraft => SessionDraft.create({ id, file: `${id}.json` }, keepsText);
    const session = { fast: create(), plain: create(), known: new RequestPrefixCache(budget) };
    sessions.set(id, session);
    return session;
  };
  const paths: Paths = { taken: [], fast: undefined, plain: undefined, known: 0 };
  for (const [i, latin1] of lines.entries()) {
    const line = Buffer.from(latin1, 'latin1');
    const raw = readRawLine(line, (id) => sessions.get(id)?.known);
    const plain = readLogLine(lineText(line));
    if (plain.kind !== 'round') {
      if (raw) throw new Error(`the fast path took a line that is ${JSON.stringify(plain)}`);
      paths.taken.push(plain.kind);
      continue;
    }
    const session = sessions.get(plain.round.sessionId) ?? open(plain.round.sessionId);
    const lengths = [
      add(session.plain, i, plain.round),
      add(session.fast, i, raw?.round ?? plain.round, (ordinals) => raw?.remember(session.known, ordinals)),
    ];
    if (lengths[0] !== lengths[1]) throw new Error(`one path wrote ${lengths.join(' bytes, the other ')}`);
    paths.taken.push(raw ? 'fast' : 'plain');
    paths.known += countKnown(raw);
  }
  // A session to which no round was added is not committed.
  const taken = [...sessions.values()].filter(({ plain }) => !plain.isEmpty);
  paths.fast = taken.map(({ fast }) => readable(fast.take()));
  paths.plain = taken.map(({ plain }) => readable(plain.take()));
  return paths;
}

function add(
  draft: SessionDraft,
  i: number,
  round: AnyRound,
  onAdded?: (ordinals: readonly number[]) => void,
): number {
  const time = round.time ?? Date.UTC(2026, 1, 1);
  const facts = { time, at: [1, i] as [number, number], price: 'free' as const, flags: round.flags };
  return draft.add(round, facts, { cost: 0n, saved: 0n, currency: 'USD', inexact: [] }, onAdded);
}

function countKnown(raw: RawRound | undefined): number {
  return raw?.round.messages?.filter((message) => typeof message === 'number').length ?? 0;
}

function readable({ rounds, records, ...addition }: SessionAddition): unknown {
  const bytes = (one: string | Uint8Array): string => Buffer.from(one as Uint8Array).toString('latin1');
  return { ...addition, rounds: rounds.map(bytes), records: records && [records.at, bytes(records.bytes)] };
}
