import { exact, plural } from '../../query/count-text.ts';
import { duration } from '../format.ts';
import type { Prompt, SessionSum } from './view.ts';

/** A line in the list of prompts: one prompt, or all prompts of an older page. */
export interface PromptLine {
  href: string;
  number: string;
  text: string;
  /** `3 h idle` before the prompt; can be empty. */
  idle: string;
}

/** A longer list would outgrow the page: each older page then gets one line, and lists its prompts itself. */
const MOST_LINES = 500;
const LONGEST = 110;

export function promptLines(
  prompts: readonly Prompt[],
  pages: SessionSum['pages'],
  hrefOf: (round: number) => string,
): PromptLine[] {
  if (prompts.length <= MOST_LINES) return prompts.map((prompt) => lineOf(prompt, hrefOf));
  const newest = pages.at(-1)?.page ?? 1;
  const older = pages.slice(0, -1).flatMap(({ page, from, to }) => {
    const [first, ...others] = prompts.filter((prompt) => prompt.page === page);
    if (!first) return [];
    const more =
      others.length === 0
        ? ''
        : ` and ${plural(others.length, 'more prompt')}, #${exact(from)} to #${exact(to)}`;
    return [{ ...lineOf(first, hrefOf), text: shortened(first.text, 70) + more }];
  });
  return [...older, ...prompts.filter(({ page }) => page === newest).map((prompt) => lineOf(prompt, hrefOf))];
}

function lineOf({ round, text, idleMs }: Prompt, hrefOf: (round: number) => string): PromptLine {
  return {
    href: hrefOf(round),
    number: exact(round),
    text: shortened(text, LONGEST),
    idle: idleMs > 0 ? `${duration(idleMs)} idle` : '',
  };
}

function shortened(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text
        .slice(0, length)
        .replace(/[\uD800-\uDBFF]$/, '')
        .trimEnd()}…`;
}
