import { DEFAULT_SESSION } from '../ai-log/round.ts';
import type { ExpandedRound } from '../session-format/stored-round.ts';
import { sessionTotals } from '../query/aggregate.ts';
import { ConversationReader, type RoundReading } from '../query/conversation/reader.ts';
import { sessionJson } from '../query/json.ts';
import type { ShownMoney } from '../query/round-money.ts';
import { headJson, messagesJson, restJson } from '../query/round-json.ts';
import { ThreadSums } from '../query/conversation/thread-sums.ts';
import { familyJson, threadsJson } from './show-family.ts';
import { chosenRange, readsAll, type ShownSession } from './show.ts';

/**
 * `show --json`, piece by piece. No piece holds more than one message, as each request repeats the history.
 * Texts are copied as the log wrote them, so 1.0, 2^53+1, key order and duplicate keys survive. `bound` may shorten them.
 */
export function* showJson(
  { session, rounds, choice, moneyOf, family }: ShownSession,
  withMessages: boolean,
  bound = (round: ExpandedRound): ExpandedRound => round,
): Generator<string> {
  const { from, to } = chosenRange(choice, session.rounds);
  const threads = family !== undefined && readsAll(choice) ? new ThreadSums() : undefined;
  const head = JSON.stringify({
    version: 1,
    ...sessionJson(session, sessionTotals(session)),
    ...(family !== undefined && { family: family && familyJson(family) }),
  });
  yield `${head.slice(0, -1)},"rounds":[`;
  // Earlier rounds are read too: they tell which thread a later one continues.
  const reader = new ConversationReader(session.id === DEFAULT_SESSION);
  let separator = '\n';
  for (const round of rounds) {
    if (round.stored.round > to) break;
    const reading = reader.read(round);
    const money = moneyOf(round);
    threads?.addRead(reading, money);
    if (round.stored.round < from) continue;
    yield separator;
    yield* roundJson(bound(round), money, threadJson(reading), withMessages);
    separator = ',\n';
  }
  yield `\n]${threads ? `,"threads":${JSON.stringify(threadsJson(threads.rows))}` : ''}}\n`;
}

function* roundJson(
  round: ExpandedRound,
  money: ShownMoney,
  thread: string,
  withMessages: boolean,
): Generator<string> {
  yield `${headJson(round.stored)},"thread":${thread}`;
  if (withMessages) {
    yield ',"messages":';
    yield* messagesJson(round);
  }
  yield* restJson(round, money, round.stored.gateway);
}

const KINDS = { main: 'main', 'sub-agent': 'sub-agent', thread: 'parallel' } as const;

/** null if it is not known, or has no name. */
function threadJson({ thread }: RoundReading): string {
  if (!thread || thread.kind === 'loose') return 'null';
  return JSON.stringify({ kind: KINDS[thread.kind], number: thread.label });
}
