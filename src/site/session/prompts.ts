import { exact, plural } from '../../platform/count-text.ts';
import { duration } from '../format.ts';
import { fitting } from './fitting.ts';
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
export const MOST_LINES = 500;
const MOST_BYTES = 250_000;
const LONGEST = 110;

/** The list of prompts. If even that is too long, it begins later, and `more` is how many prompts come before. */
export function promptLines(
  prompts: readonly Prompt[],
  pages: SessionSum['pages'],
  hrefOf: (round: number) => string,
): { lines: readonly PromptLine[]; more: number } {
  const all = prompts.length <= MOST_LINES ? prompts.map((prompt) => [prompt]) : byPage(prompts, pages);
  const newest = pages.at(-1)?.page ?? 1;
  const isWhole = prompts.length <= MOST_LINES;
  const lines = all.map((group) => {
    const [first] = group as [Prompt];
    return isWhole || first.page === newest ? lineOf(first, hrefOf) : pageLine(group, pages, hrefOf);
  });
  const hidden = lines.length - fitting(lines.toReversed(), MOST_BYTES);
  const more = all.slice(0, hidden).reduce((sum, group) => sum + group.length, 0);
  return { lines: lines.slice(hidden), more };
}

/** The prompts of each older page, and each prompt of the newest one. */
function byPage(prompts: readonly Prompt[], pages: SessionSum['pages']): Prompt[][] {
  const newest = pages.at(-1)?.page ?? 1;
  const groups: Prompt[][] = [];
  for (const prompt of prompts) {
    const last = groups.at(-1);
    if (last?.[0]?.page === prompt.page && prompt.page !== newest) last.push(prompt);
    else groups.push([prompt]);
  }
  return groups;
}

function pageLine(
  [first, ...others]: readonly Prompt[],
  pages: SessionSum['pages'],
  hrefOf: (round: number) => string,
): PromptLine {
  const prompt = first as Prompt;
  const { from = 0, to = 0 } = pages[prompt.page - 1] ?? {};
  const more =
    others.length === 0
      ? ''
      : ` and ${plural(others.length, 'more prompt')}, #${exact(from)} to #${exact(to)}`;
  return { ...lineOf(prompt, hrefOf), text: shortened(prompt.text, 70) + more };
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
