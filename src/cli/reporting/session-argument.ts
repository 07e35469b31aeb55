import { cleanLine, printableId } from '../../platform/clean-text.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { findSession } from '../../query/find-session.ts';
import { clip } from '../../report/terminal.ts';
import type { Sessions } from '../../store/index/index.ts';
import { isPruned, type SessionEntry } from '../../model/session-entry.ts';

/** The session that an argument names, whole or by a unique start. Throws NoAnswer, with the nearest, where there is none. */
export function sessionOf(sessions: Sessions, id: string, dir: string): SessionEntry {
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
      ? `no session '${wanted}'. 'monitor list' lists them.`
      : `no session '${wanted}'. Did you mean:\n${idLines(found.nearest)}`,
  );
}

function idLines(ids: string[]): string {
  return ids.map((id) => `  ${clip(printableId(id), 200)}`).join('\n');
}

/** Throws NoAnswer where the session has no such round. */
export function requireRound(session: SessionEntry, round: number): void {
  if (round > session.rounds) throw new NoAnswer(`no round ${round}: the session has ${session.rounds}.`);
}

/** Of what was pruned there is nothing to show but that it was. */
export function refusePruned(session: SessionEntry, round: number | undefined): void {
  const { id, pruned, pruned_rounds: rounds = 0 } = session;
  if (pruned === undefined || !(isPruned(session) || (round ?? Infinity) <= rounds)) return;
  const what = isPruned(session)
    ? `the session '${clip(printableId(id), 200)}'`
    : `round ${round}, as all up to round ${rounds},`;
  throw new NoAnswer(
    `${what} was pruned on ${new Date(pruned).toISOString().slice(0, 10)}: nothing of it is left but its part in the statistics.`,
  );
}
