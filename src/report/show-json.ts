import type { ExpandedRound } from '../session-format/stored-round.ts';
import { sessionTotals } from '../query/aggregate.ts';
import { sessionJson } from '../query/json.ts';
import type { ShownMoney } from '../query/round-money.ts';
import { headJson, messagesJson, restJson } from '../query/round-json.ts';
import { chooseRounds, type ShownSession } from './show.ts';

/**
 * `show --json`, piece by piece. No piece holds more than one message, as each request repeats the history.
 * Texts are copied as the log wrote them, so 1.0, 2^53+1, key order and duplicate keys survive.
 */
export function* showJson(shown: ShownSession, withMessages: boolean): Generator<string> {
  const { session, moneyOf } = shown;
  const rounds = chooseRounds(shown.rounds, shown.choice, session.rounds);
  const head = JSON.stringify({ version: 1, ...sessionJson(session, sessionTotals(session)) });
  yield `${head.slice(0, -1)},"rounds":[`;
  let separator = '\n';
  for (const round of rounds) {
    yield separator;
    yield* roundJson(round, moneyOf(round), withMessages);
    separator = ',\n';
  }
  yield '\n]}\n';
}

function* roundJson(round: ExpandedRound, money: ShownMoney, withMessages: boolean): Generator<string> {
  yield headJson(round.stored);
  if (withMessages) {
    yield ',"messages":';
    yield* messagesJson(round);
  }
  yield* restJson(round, money, round.stored.gateway);
}
