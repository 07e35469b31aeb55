import { expandRounds } from '../../ai-log/expand-rounds.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { sessionTotals } from '../../query/aggregate.ts';
import { findSession } from '../../report/find-session.ts';
import { roundMoney } from '../../query/round-money.ts';
import { showJson } from '../../report/show-json.ts';
import { showText } from '../../report/show-text.ts';
import { chooseRounds, type RoundChoice, type ShownSession } from '../../report/show.ts';
import { cleanLine, printableId } from '../../platform/clean-text.ts';
import { clip } from '../../report/terminal.ts';
import { readRoundLines, readSnapshot, type Snapshot } from '../../store/read.ts';
import type { Sessions } from '../../store/index-file.ts';
import type { SessionEntry } from '../../store/types.ts';
import { writeAll, type Context } from '../context.ts';
import type { ReportOptions } from '../options.ts';
import { localTimeOf, requirePrices, screenOf } from '../report-context.ts';

export interface ShowOptions extends ReportOptions {
  round?: number;
  last?: number;
  messages: boolean;
  full?: true;
}

/** One session, round by round. Throws NoAnswer where there is no such session or round. */
export async function show(context: Context, id: string, options: ShowOptions): Promise<void> {
  const snapshot = readSnapshot(options.dataDir);
  const session = sessionOf(snapshot.sessions, id, options.dataDir);
  const choice = choiceOf(options, session);
  const expanded = expandRounds(readRoundLines(options.dataDir, session));
  const shown: ShownSession = {
    session,
    rounds: chooseRounds(expanded, choice, session.rounds),
    moneyOf: roundMoney(snapshot.priceLines, options.dataDir),
  };
  if (options.json) await writeAll(context, showJson(shown, options.messages));
  else await writeAll(context, textOf(context, snapshot, shown, choice, options));
  requirePrices(sessionTotals(session), options.strict);
}

function textOf(
  context: Context,
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
    noContent: snapshot.noContent,
  };
  return showText(shown, style, choiceText(choice));
}

function sessionOf(sessions: Sessions, id: string, dir: string): SessionEntry {
  const found = findSession(sessions, id);
  if (found.kind === 'found') return found.session;
  const wanted = clip(cleanLine(id), 200);
  if (sessions.size === 0)
    throw new NoAnswer(
      `no session '${wanted}': ${dir} has no sessions yet. 'monitor parse' reads a log into it.`,
    );
  if (found.kind === 'ambiguous')
    throw new NoAnswer(
      `${found.count} sessions begin with '${wanted}', name one of them:\n${idLines(found.ids)}${
        found.count > found.ids.length ? `\n  … ${found.count - found.ids.length} more` : ''
      }`,
    );
  throw new NoAnswer(
    found.nearest.length === 0
      ? `no session '${wanted}'. 'monitor list' shows those there are.`
      : `no session '${wanted}'. Did you mean:\n${idLines(found.nearest)}`,
  );
}

function idLines(ids: string[]): string {
  return ids.map((id) => `  ${clip(printableId(id), 200)}`).join('\n');
}

function choiceOf({ round, last }: ShowOptions, session: SessionEntry): RoundChoice {
  if (last !== undefined) return { last };
  if (round === undefined) return null;
  if (round > session.rounds) throw new NoAnswer(`no round ${round}: the session has ${session.rounds}.`);
  return { round };
}

function choiceText(choice: RoundChoice): string | null {
  if (choice === null) return null;
  return 'round' in choice ? `round ${choice.round}` : `the last ${choice.last}`;
}
