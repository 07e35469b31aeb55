import type { Row } from '../../query/aggregate.ts';
import { exact } from '../../platform/count-text.ts';
import { failureNotes } from '../../query/failure-text.ts';
import type { GroupKey } from '../../query/group-keys.ts';
import type { Stats } from '../../query/grouping.ts';
import { MEASURE_COLUMNS } from '../../query/measures.ts';
import { boundLines, costText, unpricedText } from '../numbers.ts';
import { groupName, headText } from '../names.ts';
import { codeSpan, escapeMarkdown } from './markdown-text.ts';
import { dimensionNotes } from '../stats-notes.ts';

const COUNTS = MEASURE_COLUMNS.filter(({ isDetail }) => !isDetail);

/** A Markdown table for chats and pull requests, with what its total lacks below it. */
export function* markdownTable(stats: Stats): Generator<string> {
  const { keys, rows, total } = stats;
  const heads = [
    ...keys.map(headCell),
    ...COUNTS.map(({ head }) => head),
    total.others.size > 0 || total.converted ? 'Cost' : 'Cost (USD)',
  ];
  yield tableLine(heads);
  yield tableLine(heads.map((_, i) => (i < keys.length ? ':--' : '--:')));
  for (const { names, row } of rows) {
    yield tableLine([...keys.map((key, i) => nameCell(groupName(key, names[i] ?? ''))), ...numbers(row)]);
  }
  const blanks = keys.slice(1).map(() => '');
  yield tableLine(['**Total**', ...blanks, ...numbers(total)]);
  const unpriced = unpricedText(total, undefined, codeSpan);
  if (unpriced !== null) yield `\nThe total excludes ${unpriced}.\n`;
  const bounds = boundLines(total);
  if (bounds.length > 0)
    yield `\n${bounds
      .map((line) => line.trim())
      .join('; ')
      .replaceAll('<', '&lt;')}.\n`;
  // The name of a dimension can be anything.
  for (const note of [...dimensionNotes(stats), ...failureNotes(total)])
    yield `\n${escapeMarkdown(note).replace(/\.?$/, '.')}\n`;
}

function headCell(key: GroupKey): string {
  return typeof key === 'string' ? headText(key) : nameCell(headText(key));
}

function numbers(row: Row): string[] {
  return [...COUNTS.map(({ name }) => exact(row[name])), costText(row, 4).replace('<', '&lt;')];
}

function tableLine(cells: string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** A pipe ends a cell, even in code, unless an odd number of backslashes comes before it. */
function nameCell(name: string): string {
  return codeSpan(name).replaceAll(/(\\*)\|/g, '$1$1\\|');
}
