import { expandRounds } from '../../session-format/expand-rounds.ts';
import { sessionTotals } from '../../query/aggregate.ts';
import { sessionsFor } from '../../query/fetched.ts';
import { inCurrency } from '../../query/currency.ts';
import { familyOf } from '../../query/family.ts';
import { pushedMoney, roundMoney } from '../../query/round-money.ts';
import { UsageError } from '../../platform/errors.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { RoundPrices } from '../../query/why/round-prices.ts';
import { SessionWhy } from '../../query/why/session-why.ts';
import { boundRound } from '../../report/bound-round.ts';
import { showJson } from '../../report/show-json.ts';
import { roundsJson, roundsText, type RoundsShown } from '../../report/show-rounds.ts';
import { showText } from '../../report/show-text.ts';
import type { RoundChoice, ShownSession } from '../../report/show.ts';
import type { Snapshot } from '../../store/read.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { writeAll, writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import { screenOf } from '../reporting/screen.ts';
import { refusePruned, requireRound, sessionOf } from '../reporting/session-argument.ts';
import { readSource } from '../reporting/read-stores.ts';
import type { ReportOptions } from '../options/report-options.ts';

export interface ShowOptions extends ReportOptions {
  round?: number;
  last?: number;
  messages: boolean;
  full?: true;
  /** A line for each round instead of what was said. */
  rounds?: true;
  /** With --json: longer texts are cut. */
  maxChars?: number;
}

/** Shows one session, round by round. Throws NoAnswer if there is no such session or round. */
export async function show(context: SpokenContext, id: string, options: ShowOptions): Promise<void> {
  const snapshot = await readSource(context, options);
  if (options.rounds && options.source !== undefined)
    throw new UsageError(
      '--rounds needs the prices of each round, which only stores have: name the store with --data-dir instead of --source',
    );
  const view = currencyOf(context, snapshot.dirs, options.currency);
  const sessions = inCurrency(await sessionsFor(snapshot, { of: 'session', wanted: id }), view);
  const session = sessionOf(sessions, id, snapshot.dir);
  refusePruned(session, options.round);
  const choice = choiceOf(options, session);
  const talk = await snapshot.talk?.(session.id);
  const expanded = expandRounds(talk?.lines ?? snapshot.rounds(session));
  if (options.rounds) {
    const why = new SessionWhy(session, new RoundPrices(snapshot.priceLines, snapshot.dir, view));
    await writeRounds(context, { why, rounds: expanded, choice }, options);
    return;
  }
  const shown: ShownSession = {
    session,
    rounds: expanded,
    choice,
    moneyOf: talk ? pushedMoney(talk.money, view) : roundMoney(snapshot.priceLines, snapshot.dir, view),
    family: familyOf(sessions, session),
  };
  if (options.json) await writeJson(context, showJson(shown, options.messages, boundTo(options.maxChars)));
  else await writeAll(context, textOf(context, snapshot, shown, choice, options));
  warnOfUnconverted(context, sessionTotals(session), snapshot);
  requirePrices(sessionTotals(session), options.strict);
}

async function writeRounds(context: SpokenContext, shown: RoundsShown, options: ShowOptions): Promise<void> {
  const local = localTimeOf(context, options.timezone);
  if (options.json) await writeJson(context, roundsJson(shown));
  else await writeAll(context, roundsText(shown, screenOf(context), local));
  warnOfUnconverted(context, shown.why.sum);
  requirePrices(shown.why.sum, options.strict);
}

function boundTo(most: number | undefined): ((round: ExpandedRound) => ExpandedRound) | undefined {
  return most === undefined ? undefined : (round) => boundRound(round, most);
}

function textOf(
  context: SpokenContext,
  snapshot: Snapshot,
  shown: ShownSession,
  choice: RoundChoice,
  options: ShowOptions,
): Iterable<string> {
  const style = {
    screen: screenOf(context),
    local: localTimeOf(context, options.timezone),
    full: options.full === true,
    withMessages: options.messages,
    noContent: snapshot.noContent || shown.session.pruned_content?.rounds === shown.session.rounds,
  };
  return showText(shown, style, choiceText(choice));
}

function choiceOf({ round, last }: ShowOptions, session: SessionEntry): RoundChoice {
  if (last !== undefined) return { last };
  if (round === undefined) return null;
  requireRound(session, round);
  return { round };
}

function choiceText(choice: RoundChoice): string | null {
  if (choice === null) return null;
  return 'round' in choice ? `round ${choice.round}` : `the last ${choice.last}`;
}
