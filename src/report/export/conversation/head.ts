import type { SessionEntry } from '../../../model/session-entry.ts';
import { toolsByUse } from '../../../model/tool-counts.ts';
import { cleanLine, printableId } from '../../../platform/clean-text.ts';
import { exact, plural } from '../../../platform/count-text.ts';
import { isCostKnown, tokensOf, type Row } from '../../../query/aggregate.ts';
import { prunedTexts } from '../../../query/pruned-text.ts';
import { shownModels } from '../../../query/session-models.ts';
import type { LocalTime } from '../../../query/time-zone.ts';
import { boundLines, knownCostText, unpricedText } from '../../numbers.ts';
import { toolText } from '../../tool-text.ts';
import { codeSpan, escapeMarkdown } from '../markdown-text.ts';

/** The first lines of a conversation as Markdown: what it is, when it was, and what it cost. */
export function headLines(
  session: SessionEntry,
  sum: Row,
  { title, redacted, local }: { title: string | null; redacted: readonly string[]; local: LocalTime },
): string[] {
  const id = codeSpan(printableId(session.id), Infinity);
  const models = shownModels(session, sum).map((name) => codeSpan(cleanLine(name)));
  const failed = session.errors > 0 ? `, ${plural(session.errors, 'failed request')}` : '';
  const used = toolsByUse(session.tools ?? []);
  const name = cleanLine(title ?? '');
  return [
    `# ${name === '' ? `Session ${id}` : escapeMarkdown(name).replaceAll('_', '\\_')}`,
    '',
    `- Session: ${id}`,
    `- Time: ${local.isoOf(session.created)} to ${local.isoOf(session.updated)}`,
    `- Models: ${models.join(', ')}`,
    `- Rounds: ${exact(session.rounds)}${failed}`,
    `- Tokens: ${tokensText(sum)}`,
    `- Cost: ${escapeMarkdown(costText(sum))}`,
    ...boundLines(sum).map((line) => `  - ${escapeMarkdown(line.trim())}`),
    ...(used.length > 0 ? [`- Tools: ${used.map((count) => toolText(count, codeSpan)).join(', ')}`] : []),
    ...prunedTexts(session, local).map((what) => `- Pruned, and not in this file: ${what}`),
    ...(redacted.length > 0 ? [`- Redacted: ${redacted.join(', ')}`] : []),
  ];
}

function tokensText(sum: Row): string {
  const parts: [number, string][] = [
    [sum.cached, 'cached'],
    [sum.cacheWrite, 'cache write'],
  ];
  const of = parts.filter(([count]) => count > 0).map(([count, name]) => `${exact(count)} ${name}`);
  const input = `${exact(sum.input)} input${of.length > 0 ? ` (${of.join(', ')})` : ''}`;
  const output = `${exact(sum.output)} output${sum.reasoning > 0 ? ` (${exact(sum.reasoning)} reasoning)` : ''}`;
  return `${input} + ${output} = ${exact(tokensOf(sum))}`;
}

function costText(sum: Row): string {
  const known = isCostKnown(sum) ? knownCostText(sum, 6) : null;
  return [known, unpricedText(sum)].filter((part) => part !== null).join(' + ') || 'no usage in the log';
}
