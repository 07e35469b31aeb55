import type { PruneMarks } from '../model/session-entry.ts';
import { exact, plural } from '../platform/count-text.ts';
import type { LocalTime } from './time-zone.ts';

/** What was pruned of a session: `the texts of rounds 1 to 8, on 2026-02-03`. */
export function prunedTexts(
  { pruned, pruned_rounds: rounds, pruned_content: content }: PruneMarks,
  local: LocalTime,
): string[] {
  const on = (ms: number): string => local.isoOf(ms).slice(0, 10);
  const of = content?.scattered ? plural(content.rounds, 'round') : upTo(content?.rounds ?? 0);
  return [
    ...(pruned !== undefined && rounds ? [`${upTo(rounds)}, on ${on(pruned)}`] : []),
    ...(content ? [`the texts of ${of}, on ${on(content.at)}`] : []),
  ];
}

function upTo(count: number): string {
  return count === 1 ? 'round 1' : `rounds 1 to ${exact(count)}`;
}
