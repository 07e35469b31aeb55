import * as en from '../texts/en.ts';
import type { Counted } from '../texts/counted.ts';
import { counted } from './counted.ts';
import type { ToolLacks } from './tool-sums.ts';

/** What the numbers lack. */
export function toolLackNotes({ unknown, late, unmeasured, pruned }: ToolLacks, texts = en.tools): string[] {
  return [
    ...note(unknown, texts.unknown),
    ...note(late, texts.late),
    ...note(unmeasured, texts.unmeasured),
    ...note(pruned, texts.pruned),
  ];
}

function note(count: number, text: (values: { sessions: Counted }) => string): string[] {
  return count === 0 ? [] : [text({ sessions: counted(count) })];
}
