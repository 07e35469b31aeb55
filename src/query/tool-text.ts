import { plural } from '../platform/count-text.ts';
import type { ToolLacks } from './tool-sums.ts';

/** What the numbers lack. */
export function toolLackNotes({ unknown, late, unmeasured, pruned }: ToolLacks): string[] {
  return [
    ...note(
      unknown,
      (sessions) =>
        `Of ${sessions} it is not known which tools were called: no messages and calls are stored or logged, or an older version stored them (see monitor reindex).`,
    ),
    ...note(
      late,
      (sessions, their) =>
        `Of ${sessions} only later rounds are counted: ${their} first ones have no messages and calls, or an older version stored them (see monitor reindex).`,
    ),
    ...note(
      unmeasured,
      (sessions) =>
        `The bytes of results lack rounds of ${sessions} that an older version stored. monitor reindex adds those that are not pruned.`,
    ),
    ...note(
      pruned,
      (sessions, their) =>
        `${sessions} ${pruned === 1 ? 'is' : 'are'} left out: only some of ${their} rounds are meant, and what these called was pruned.`,
    ),
  ];
}

function note(count: number, text: (sessions: string, their: string) => string): string[] {
  return count === 0 ? [] : [text(plural(count, 'session'), count === 1 ? 'its' : 'their')];
}
