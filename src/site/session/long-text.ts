import { exact, plural } from '../../platform/count-text.ts';
import { wholeCharacters } from '../../query/conversation/excerpt.ts';
import { withVisibleControls } from './text.ts';
import type { Clip, Content } from './view.ts';

/** A message with more than so much text is closed. */
const MOST = { characters: 4000, lines: 60 };
/** What it shows then. */
const FIRST = { characters: 500, lines: 6 };

/** The beginning of a message that is too long to be read on the way to its answer; null if it is not. */
export function longText(content: readonly Content[]): { first: string; sum: string } | null {
  const clips = content.flatMap((part): Clip[] => ('clip' in part ? [part.clip] : []));
  const characters = clips.reduce((sum, { text, left }) => sum + text.length + left, 0);
  const lines = clips.reduce((sum, { text }) => sum + linesUpTo(text, MOST.lines + 1), 0);
  const [first] = clips;
  if (!first || (characters <= MOST.characters && lines <= MOST.lines)) return null;
  const start = first.text.trimStart().slice(0, FIRST.characters + 1);
  const text = start.split('\n').slice(0, FIRST.lines).join('\n');
  const shown = withVisibleControls(wholeCharacters(text, FIRST.characters)).trimEnd();
  const more = lines > MOST.lines ? '' : ` in ${plural(lines, 'line')}`;
  return { first: `${shown} …`, sum: `${exact(characters)} characters${more}` };
}

/** The number of lines, or `most` if there are more. */
function linesUpTo(text: string, most: number): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0 && count < most; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
