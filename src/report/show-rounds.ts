import { cleanLine, printableId } from '../platform/clean-text.ts';
import { sessionTotals } from '../query/aggregate.ts';
import { shownModels } from '../query/session-models.ts';
import { sessionJson } from '../query/json.ts';
import type { LocalTime } from '../query/time-zone.ts';
import { RoundRows, ROWS_AHEAD, type RoundRow } from '../query/why/round-rows.ts';
import type { SessionWhy } from '../query/why/session-why.ts';
import { exactJson, rowJson, sessionWhyJson } from '../query/why/why-json.ts';
import type { ExpandedRound } from '../session-format/stored-round.ts';
import { roundTable } from './round-table.ts';
import { chosenRange, type RoundChoice } from './show.ts';
import type { Screen } from './tables.ts';
import { clip } from './terminal.ts';
import { sessionWhyLines } from './why.ts';

/** A session to be shown in one line a round. */
export interface RoundsShown {
  why: SessionWhy;
  /** All of them: the sums are those of the session. */
  rounds: Iterable<ExpandedRound>;
  choice: RoundChoice;
}

/** A table of more rounds is drawn in parts, so that a session of any length needs no more memory. */
const TABLE = 5000;

/** `show --rounds`, piece by piece: a table with a line for each round, then why they cost what they did. */
export function* roundsText(
  shown: RoundsShown,
  screen: Screen,
  local: LocalTime,
  table = TABLE,
): Generator<string> {
  const { session } = shown.why;
  const [from, to] = [local.isoOf(session.created), local.isoOf(session.updated)];
  const withDate = from.slice(0, 'YYYY-MM-DD'.length) !== to.slice(0, 'YYYY-MM-DD'.length);
  const rule = '='.repeat(Math.min(screen.width, 80));
  const models = shownModels(session, shown.why.sum).map((name) => cleanLine(name));
  const head = [
    rule,
    screen.colour.bold(clip(`📊 Rounds of ${printableId(session.id)}`, screen.width)),
    rule,
    '',
    clip(`🕐 ${from} to ${to}`, screen.width),
    clip(`🤖 ${models.join(', ')}`, screen.width),
    '',
  ];
  yield lines(head);
  for (const rows of partsOf(shown, table))
    yield lines([...roundTable(rows, { local, withDate }, screen), '']);
  yield lines([...sessionWhyLines(shown.why, screen), '', rule]);
}

/** `show --rounds --json`, piece by piece. */
export function* roundsJson(shown: RoundsShown, table = TABLE): Generator<string> {
  const { session } = shown.why;
  const head = JSON.stringify({ version: 1, ...sessionJson(session, sessionTotals(session)) });
  yield `${head.slice(0, -1)},"rounds":[`;
  let separator = '\n';
  for (const rows of partsOf(shown, table)) {
    for (const row of rows) {
      yield separator + exactJson(rowJson(row));
      separator = ',\n';
    }
  }
  yield `\n],"why":${exactJson(sessionWhyJson(shown.why))}}\n`;
}

/** The rows that are shown, in parts. A row is handed out once later rounds have told what they know of it. */
function* partsOf({ why, rounds, choice }: RoundsShown, most: number): Generator<RoundRow[]> {
  const rows = new RoundRows();
  const { from, to } = chosenRange(choice, why.session.rounds);
  let waiting: RoundRow[] = [];
  for (const round of rounds) {
    const { reading, money } = why.add(round);
    const row = rows.rowOf(reading, money);
    if (row.stored.round >= from && row.stored.round <= to) waiting.push(row);
    if (waiting.length < most + ROWS_AHEAD) continue;
    yield waiting.slice(0, most);
    waiting = waiting.slice(most);
  }
  if (waiting.length > 0) yield waiting;
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
