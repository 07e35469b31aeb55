import type { SessionEntry } from '../../model/session-entry.ts';
import { digest } from '../../platform/digest.ts';
import { expandRounds } from '../../session-format/expand-rounds.ts';
import { SessionMemory, type TextKind } from '../../session-format/session-memory.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import type { SessionPlan } from './session-plan.ts';
import type { Source } from './source.ts';

/** What the lines are made of. */
export interface LinesPlan extends Pick<SessionPlan, 'skipped' | 'order' | 'removedRounds'> {
  parts: readonly {
    entry: SessionEntry;
    source: { storedLines: (entry: SessionEntry) => Iterator<string> } & Pick<Source, 'translate'>;
  }[];
}

/**
 * The lines of a session that several stores have, as one store would have them that read all of their logs: numbered in
 * the order of time, each message stored once.
 */
export function* joinedLines({ parts, skipped, order, removedRounds }: LinesPlan): Generator<string> {
  const streams = parts.map(({ source, entry }, i) => ({
    source,
    rounds: counted(expandRounds(rereadable(() => source.storedLines(entry))), skipped[i] ?? NONE),
  }));
  const memory = new SessionMemory();
  let number = removedRounds;
  for (const part of order) {
    const stream = streams[part];
    if (!stream) return;
    const { source, rounds } = stream;
    const next = rounds.next();
    // The part has become shorter: it was pruned meanwhile.
    if (next.done) return;
    const round = { ...next.value, stored: { ...source.translate(next.value.stored), round: ++number } };
    yield lineOf(round, memory);
  }
}

const NONE: ReadonlySet<number> = new Set();

/** expandRounds reads its lines twice. */
function rereadable(lines: () => Iterator<string>): Iterable<string> {
  return { [Symbol.iterator]: lines };
}

function* counted(rounds: Iterable<ExpandedRound>, skipped: ReadonlySet<number>): Generator<ExpandedRound> {
  let place = 0;
  for (const round of rounds) if (!skipped.has(place++)) yield round;
}

function lineOf(round: ExpandedRound, memory: SessionMemory): string {
  // Where a text is refers to rounds of the store; `altered` has become a flag.
  const {
    context: _c,
    question_round: _q,
    system_round: _s,
    crc: _crc,
    altered: _a,
    ...fields
  } = round.stored;
  const head = JSON.stringify(fields).slice(0, -1);
  const kept = member('attributes', round.attributes) + member('access_log', round.accessLog);
  const { question, system, answer, reasoning, toolCalls } = round;
  return [
    head,
    kept,
    requestOf(round, memory),
    repeated('system', fields.round, system, memory),
    repeated('question', fields.round, question, memory),
    member('answer', answer),
    member('reasoning', reasoning),
    member('tool_calls', toolCalls),
    '}',
  ].join('');
}

function requestOf({ stored, messages, messagesText }: ExpandedRound, memory: SessionMemory): string {
  if (!messages) return member('messages', messagesText);
  const digests = messages.map((message) => digest(message, 16));
  const { context, added } = memory.addRequest(stored.round, digests);
  const texts = added.map((place) => messages[place] ?? '');
  return `,"context":${JSON.stringify(context)},"new_messages":[${texts.join(',')}]`;
}

function repeated(kind: TextKind, round: number, text: string | null, memory: SessionMemory): string {
  const known = text === null ? null : digest(text, 16);
  const as = memory.addText(kind, round, known);
  if (as === 'same') return '';
  return typeof as === 'number' ? `,"${kind}_round":${as}` : `,"${kind}":${text ?? 'null'}`;
}

function member(name: string, json: string | null): string {
  return json === null ? '' : `,"${name}":${json}`;
}
