import { cleanLine, printableId } from '../platform/clean-text.ts';
import { exact, plural } from '../platform/count-text.ts';
import type { ThreadSum } from '../query/conversation/thread-sums.ts';
import { sumOfRows, type Family, type FamilyMember } from '../query/family.ts';
import { sumJson, sessionJson } from '../query/json.ts';
import { boundLines, costText } from './numbers.ts';
import { clip, wrap } from './terminal.ts';

/** With more, the cheapest are not named: in text, and in JSON. */
const MOST_CHILDREN = 10;
const MOST_LISTED = 1000;
const LABEL = '            ';
const DECIMALS = 6;

/** The lines of `show` about the sessions that it belongs to, and that belong to it. None if there are none. */
export function familyLines(family: Family | null | undefined, width: number): string[] {
  if (!family) return [];
  const { kind, parent, children, descendants, own, below, together } = family;
  const up =
    parent !== null
      ? [`🔗 Parent:   ${printableId(parent.id)}${parent.isStored ? '' : ' (not in the store)'}`]
      : kind === null
        ? []
        : ['🔗 Parent:   another session; the key of a sub-agent does not say which'];
  if (descendants === 0) return up.flatMap((line) => wrap(line, width, 20).lines);
  const further = descendants - children.length;
  const count = [
    plural(children.length, 'session'),
    ...(further > 0 ? [`${exact(further)} below these`] : []),
  ].join(', ');
  const costs = `${costText(own, DECIMALS)} own, ${costText(below, DECIMALS)} of the parts, ${costText(together, DECIMALS)} together`;
  const more = children.length - MOST_CHILDREN;
  return [
    ...up,
    `👥 Parts:    ${count}`,
    `${LABEL}${costs}`,
    ...boundLines(together).map((line) => LABEL + line),
    ...children.slice(0, MOST_CHILDREN).map((child) => LABEL + memberLine(child)),
    ...(more > 0 ? [`${LABEL}… ${exact(more)} more, which cost less`] : []),
  ].flatMap((line) => wrapped(line, width));
}

function memberLine({ session, kind, sum }: FamilyMember): string {
  return `${kind ?? 'part'} ${printableId(session.id)}: ${plural(session.rounds, 'round')}, ${costText(sum, DECIMALS)}`;
}

/** What the threads within a session used. None if it has only one. */
export function threadLines(threads: readonly ThreadSum[], width: number): string[] {
  if (threads.length === 0) return [];
  const named = Math.max(...threads.map(({ name }) => name.length));
  const rows = threads.map(({ name, from, to, sum }) => {
    const range = from === to ? `round ${exact(from)}` : `rounds ${exact(from)} to ${exact(to)}`;
    return `   ${name.padEnd(named)}  ${plural(sum.rounds, 'round')} (${range}), ${costText(sum, DECIMALS)}`;
  });
  const all = sumOfRows(...threads.map(({ sum }) => sum));
  return [
    '🧵 Threads:',
    ...rows,
    `   ${'Together'.padEnd(named)}  ${plural(all.rounds, 'round')}, ${costText(all, DECIMALS)}`,
    ...boundLines(all).map((line) => `   ${line}`),
    '',
  ].map((line) => clip(line, width));
}

function wrapped(line: string, width: number): string[] {
  const indent = line.length - line.trimStart().length;
  return wrap(line.trimStart(), width - indent, 20).lines.map((one) => ' '.repeat(indent) + one);
}

/** `family` in `show --json`. */
export function familyJson({
  kind,
  parent,
  children,
  descendants,
  below,
  together,
}: Family): Record<string, unknown> {
  return {
    kind,
    parent: parent && { session_id: parent.id, stored: parent.isStored },
    children: children
      .slice(0, MOST_LISTED)
      .map((child) => ({ kind: child.kind, ...sessionJson(child.session, child.sum) })),
    unlisted_children: Math.max(0, children.length - MOST_LISTED),
    descendants,
    below: sumJson(below),
    together: sumJson(together),
  };
}

/** `threads` in `show --json`. */
export function threadsJson(threads: readonly ThreadSum[]): Record<string, unknown>[] {
  return threads.map(({ name, kind, from, to, sum }) => {
    const { sessions: _, ...numbers } = sumJson(sum);
    return { name: cleanLine(name), kind, first_round: from, last_round: to, ...numbers };
  });
}
