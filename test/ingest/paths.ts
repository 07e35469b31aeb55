import { FieldKeeper } from '../../src/session-format/kept-fields.ts';
import { KEEP_ALL } from '../../src/session-format/kept-names.ts';
import { CountingRules } from '../../src/session-format/round-cells.ts';
import { FULL_COVERAGE } from '../../src/model/index-coverage.ts';
import { PrefixCacheBudget } from '../../src/ai-log/fast/prefix-cache-budget.ts';
import { RequestPrefixCache } from '../../src/ai-log/fast/request-prefix-cache.ts';
import { readRawLine, type RawRound } from '../../src/ai-log/fast/raw-line.ts';
import { readLogLine, type AnyRound } from '../../src/ai-log/round.ts';
import { lineText } from '../../src/ingest/log-lines.ts';
import { SessionDraft } from '../../src/ingest/session-draft.ts';
import type { SessionAddition } from '../../src/store/commit.ts';

/** What became of lines: each path's sessions as a commit would take them, and which path each line took. */
export interface Paths {
  /** `fast`, or what the slow path makes of a line that the fast one leaves to it. */
  taken: string[];
  fast: unknown;
  slow: unknown;
  /** Of the lines that took the fast path, how many messages were known from their bytes. */
  known: number;
}

interface Session {
  fast: SessionDraft;
  slow: SessionDraft;
  known: RequestPrefixCache;
}

/**
 * Sends the same lines, given as latin1 (a character for each byte), down both paths. Throws where the fast path takes a line
 * that the slow one does not, or makes another round of it.
 */
export function takeBothPaths(lines: readonly string[], knownBytes = 1 << 20, keepsText = true): Paths {
  const budget = new PrefixCacheBudget(knownBytes);
  const sessions = new Map<string, Session>();
  const open = (id: string): Session => {
    const create = (): SessionDraft =>
      SessionDraft.create({ id, file: `${id}.json` }, keepsText, new CountingRules(FULL_COVERAGE));
    const session = { fast: create(), slow: create(), known: new RequestPrefixCache(budget) };
    sessions.set(id, session);
    return session;
  };
  const paths: Paths = { taken: [], fast: undefined, slow: undefined, known: 0 };
  for (const [i, latin1] of lines.entries()) {
    const line = Buffer.from(latin1, 'latin1');
    const raw = readRawLine(line, (id) => sessions.get(id)?.known);
    const slow = readLogLine(lineText(line));
    if (slow.kind !== 'round') {
      if (raw) throw new Error(`the fast path took a line that is ${JSON.stringify(slow)}`);
      paths.taken.push(slow.kind);
      continue;
    }
    const session = sessions.get(slow.round.sessionId) ?? open(slow.round.sessionId);
    const lengths = [
      add(session.slow, i, slow.round),
      add(session.fast, i, raw?.round ?? slow.round, (ordinals) => raw?.remember(session.known, ordinals)),
    ];
    if (lengths[0] !== lengths[1]) throw new Error(`one path wrote ${lengths.join(' bytes, the other ')}`);
    paths.taken.push(raw ? 'fast' : 'slow');
    paths.known += countKnown(raw);
  }
  // Nothing is committed of a session to which no round was added.
  const taken = [...sessions.values()].filter(({ slow }) => !slow.isEmpty);
  paths.fast = taken.map(({ fast }) => readable(fast.take()));
  paths.slow = taken.map(({ slow }) => readable(slow.take()));
  return paths;
}

const KEEPER = new FieldKeeper(KEEP_ALL, [], true);

function add(
  draft: SessionDraft,
  i: number,
  round: AnyRound,
  onAdded?: (ordinals: readonly number[]) => void,
): number {
  const time = round.time ?? Date.UTC(2026, 1, 1);
  const facts = {
    time,
    at: [1, i] as [number, number],
    price: 'free' as const,
    flags: round.flags,
    kept: KEEPER.fieldsOf(round),
  };
  return draft.add(round, facts, { cost: 0n, saved: 0n, currency: 'USD', inexact: [] }, onAdded);
}

function countKnown(raw: RawRound | undefined): number {
  return raw?.round.messages?.filter((message) => typeof message === 'number').length ?? 0;
}

function readable({ rounds, records, ...addition }: SessionAddition): unknown {
  const bytes = (one: string | Uint8Array): string => Buffer.from(one as Uint8Array).toString('latin1');
  return { ...addition, rounds: rounds.map(bytes), records: records && [records.at, bytes(records.bytes)] };
}
