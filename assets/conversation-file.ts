// A session as a file, made in the browser from the site's JSON by the code of `monitor export --conversation`. It is loaded
// when somebody asks for a file.
import type { SessionEntry } from '../src/model/session-entry.ts';
import { printableJson } from '../src/platform/clean-text.ts';
import { sessionTotals } from '../src/query/aggregate.ts';
import { cellOfRound } from '../src/query/round-money.ts';
import { localTimeIn } from '../src/query/time-zone.ts';
import { chatLines } from '../src/report/export/conversation/chat.ts';
import { headLines } from '../src/report/export/conversation/head.ts';
import { conversationMarkdown } from '../src/report/export/conversation/markdown.ts';
import { expandRounds } from '../src/session-format/expand-rounds.ts';
import { readRound } from '../src/session-format/read-round.ts';
import type { ExpandedRound, StoredRound } from '../src/session-format/stored-round.ts';
import { loadSession, moneyOfRounds, type SessionHead } from './lib/session-json.ts';

declare global {
  interface Window {
    /** Makes the file of a session. `json`: where its raw JSON is. */
    monitorFile?: (kind: 'md' | 'jsonl', json: string, timeZone: string) => Promise<ConversationFile>;
    /** One round as text. */
    monitorRound?: (kind: RoundKind, json: string, timeZone: string, round: number) => Promise<string>;
  }
}

export interface ConversationFile {
  name: string;
  text: string;
}

/** For people, as it was stored, or what to send to ask for the same answer. */
export type RoundKind = 'md' | 'json' | 'request';

/** The session that was last asked for: the next round that is copied is often one of it. */
let last: { json: string; session: ReturnType<typeof loadSession> } | undefined;

window.monitorRound = async (kind, json, timeZone, round) => {
  if (last?.json !== json) last = { json, session: loadSession(json) };
  const { head, lines } = await last.session.catch((error: unknown) => {
    last = undefined;
    throw error;
  });
  if (kind === 'md')
    return Array.from(markdown(head, lines, timeZone, round))
      .join('')
      .trimStart();
  for (const expanded of expandRounds(lines))
    if (expanded.stored.round === round) return kind === 'json' ? expanded.line : requestOf(expanded);
  throw new Error('The raw JSON does not have this round');
};

/** The body of a request, as far as it is in the log: tools and settings are not. */
function requestOf({ stored, messages, system }: ExpandedRound): string {
  if (!messages) throw new Error('The log has no list of messages for this round');
  const fields = [
    `"model": ${JSON.stringify(stored.model)}`,
    ...(system === null ? [] : [`"system": ${system}`]),
    `"messages": [\n    ${messages.join(',\n    ')}\n  ]`,
  ];
  return `{\n  ${fields.join(',\n  ')}\n}\n`;
}

window.monitorFile = async (kind, json, timeZone) => {
  const { head, lines } = await loadSession(json);
  const name = `${head.session_id.replaceAll(/[^\w.-]+/g, '-').slice(0, 80)}.${kind}`;
  const pieces = kind === 'md' ? markdown(head, lines, timeZone) : chat(head, lines);
  return { name, text: Array.from(pieces).join('') };
};

function chat(head: SessionHead, lines: readonly string[]): Iterable<string> {
  return Array.from(chatLines(head.session_id, expandRounds(lines), { cut: 0 }), printableJson);
}

function markdown(
  head: SessionHead,
  lines: readonly string[],
  timeZone: string,
  only?: number,
): Iterable<string> {
  const local = localTimeIn(timeZone);
  const rounds = lines.map(readRound);
  const moneyOf = moneyOfRounds(rounds);
  const entry = entryOf(
    head,
    rounds.map(({ stored }) => stored),
    moneyOf,
  );
  const sum = sessionTotals(entry);
  return conversationMarkdown({
    head: headLines(entry, sum, { title: head.title, redacted: [], local }),
    id: entry.id,
    rounds: expandRounds(lines),
    moneyOf,
    withModel: sum.models.size > 1,
    local,
    ...(only !== undefined && { only }),
  });
}

/** The session as the store's index knows it: sums of its rounds are the same. */
function entryOf(
  head: SessionHead,
  rounds: readonly StoredRound[],
  moneyOf: ReturnType<typeof moneyOfRounds>,
): SessionEntry {
  const { pruned_at: pruned, content_pruned_at: at, content_pruned_rounds: prunedTexts } = head;
  return {
    id: head.session_id,
    file: '',
    end: 0,
    last: { length: 0, crc: 0 },
    summary: { length: 0, crc: 0 },
    created: Date.parse(head.created_at),
    updated: Date.parse(head.updated_at),
    rounds: head.messages_count,
    model: head.model,
    title: head.title,
    errors: rounds.filter((stored) => (stored.response_code ?? 0) >= 400).length,
    usage: rounds.map((stored) => cellOfRound(stored, moneyOf({ stored }))),
    ...(head.tools && { tools: head.tools.map(({ name, calls, failed }) => [name, calls, failed]) }),
    ...(pruned !== undefined && { pruned: Date.parse(pruned) }),
    ...(at !== undefined && { pruned_content: { at: Date.parse(at), rounds: prunedTexts ?? 0 } }),
  };
}
