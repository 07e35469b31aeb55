import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import { prunedTexts } from '../../query/pruned-text.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import type { SiteContext } from '../site-context.ts';
import { areMute } from './figures.ts';
import type { SessionPart } from './view.ts';

/** Notes above the rounds of a page. */
export function notesOf(
  part: SessionPart,
  entry: SessionEntry,
  { noContent, local }: Pick<SiteContext, 'noContent' | 'local'>,
): string[] {
  const first = part.columns[0]?.number ?? 1;
  const last = part.columns.at(-1)?.number ?? 1;
  const pruned = entry.pruned_content?.rounds ?? 0;
  // The first and the newest page say what was pruned of the session; other pages only if it concerns them.
  const isShown = part.page === 1 || !part.isClosed || first <= pruned;
  return [
    ...(entry.id === DEFAULT_SESSION
      ? [
          'These requests have no session id and may come from different clients. If one continues another, its History says so.',
        ]
      : []),
    ...(isShown ? prunedTexts(entry, local).map((what) => `Pruned: ${what}.`) : []),
    ...(noContent
      ? ['This store keeps numbers only (--no-content), not the text of conversations.']
      : areMute(part.columns) && last > pruned
        ? [
            'The log has only the numbers of these rounds. To see their text here, turn on messages, question and answer in the ai-statistics plugin.',
          ]
        : []),
  ];
}
