import { cleanLine, printableId } from '../../platform/clean-text.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { findSession } from '../../query/find-session.ts';
import { clip } from '../../report/terminal.ts';
import type { Sessions } from '../../store/index/index.ts';
import { isPruned, type SessionEntry } from '../../model/session-entry.ts';

/** The session with this id, or with this unique prefix of one. Throws NoAnswer, with similar ids, if there is none. */
export function sessionOf(sessions: Sessions, id: string, dir: string): SessionEntry {
  const found = findSession(sessions, id);
  if (found.kind === 'found') return found.session;
  const wanted = clip(cleanLine(id), 200);
  if (sessions.size === 0)
    throw new NoAnswer(
      `no session '${wanted}': ${dir} has no sessions yet. Read a log into it with 'monitor parse'`,
    );
  if (found.kind === 'ambiguous')
    throw new NoAnswer(
      `${found.count} sessions begin with '${wanted}':\n${idLines(found.ids)}${
        found.count > found.ids.length ? `\n  … ${found.count - found.ids.length} more` : ''
      }`,
    );
  throw new NoAnswer(
    found.nearest.length === 0
      ? `no session '${wanted}'. List all with 'monitor list'`
      : `no session '${wanted}'. Did you mean:\n${idLines(found.nearest)}`,
  );
}

function idLines(ids: string[]): string {
  return ids.map((id) => `  ${clip(printableId(id), 200)}`).join('\n');
}

/** Throws NoAnswer if the session has no such round. */
export function requireRound(session: SessionEntry, round: number): void {
  if (round > session.rounds) throw new NoAnswer(`no round ${round}: the session has ${session.rounds}`);
}

/** Throws NoAnswer if the session, or the round, was pruned. */
export function refusePruned(session: SessionEntry, round: number | undefined): void {
  const { id, pruned, pruned_rounds: rounds = 0 } = session;
  if (pruned === undefined || !(isPruned(session) || (round ?? Infinity) <= rounds)) return;
  const what = isPruned(session)
    ? `the session '${clip(printableId(id), 200)}'`
    : `round ${round}, like all rounds up to ${rounds},`;
  throw new NoAnswer(
    `${what} was pruned on ${new Date(pruned).toISOString().slice(0, 10)}: only its numbers in statistics are left`,
  );
}
