import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import { prunedTexts } from '../../query/pruned-text.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import type { SiteContext } from '../site-context.ts';
import { areMute } from './figures.ts';
import type { SessionPart } from './view.ts';

/** What a reader must know before the rounds. */
export function notesOf(
  part: SessionPart,
  entry: SessionEntry,
  { noContent, local }: Pick<SiteContext, 'noContent' | 'local'>,
): string[] {
  const first = part.columns[0]?.number ?? 1;
  const last = part.columns.at(-1)?.number ?? 1;
  const pruned = entry.pruned_content?.rounds ?? 0;
  // A page between the first and the newest tells of its own rounds only.
  const isTold = part.page === 1 || !part.isClosed || first <= pruned;
  return [
    ...(entry.id === DEFAULT_SESSION
      ? [
          'These requests came without a session id. They may be of different clients: where one goes on from another, its History says so.',
        ]
      : []),
    ...(isTold ? prunedTexts(entry, local).map((what) => `Pruned: ${what}.`) : []),
    ...(noContent
      ? ['This store keeps numbers only (--no-content): what was said is not in it.']
      : areMute(part.columns) && last > pruned
        ? [
            'The log has the numbers of these rounds, and no text: switch on messages, question and answer in the ai-statistics plugin to read them here.',
          ]
        : []),
  ];
}
