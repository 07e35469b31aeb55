import type { Area } from '../../doctor/check.ts';
import type { Diagnosis } from '../../doctor/diagnose.ts';
import { cleanLine, cleanText } from '../../platform/clean-text.ts';
import { exact, plural } from '../../platform/count-text.ts';
import type { Screen } from '../tables.ts';
import { wrap } from '../terminal.ts';
import { duration, verb } from './phrases.ts';
import { wordFindings, type WordedFinding } from './word-findings.ts';

const AREAS: Readonly<Record<Area, string>> = {
  log: 'Log',
  store: 'Store',
  prices: 'Prices',
  schedule: 'Schedule',
};
const MARKS = { error: '✗', warning: '!', note: '·' } as const;

/** A line for each area, and a paragraph for each finding. */
export function doctorText(diagnosis: Diagnosis, now: number, screen: Screen): string {
  const { colour } = screen;
  const findings = wordFindings(diagnosis.findings);
  const lines: string[] = [];
  for (const [area, name] of Object.entries(AREAS) as [Area, string][]) {
    const found = findings.filter((finding) => finding.area === area);
    const isFine = found.every(({ severity }) => severity === 'note');
    const state = stateOf(area, diagnosis, now);
    if (state !== null) {
      const mark = isFine ? colour.green('✓') : colour.dim('·');
      lines.push(...paragraph(mark, `${name}: ${state}`, screen));
    }
    for (const finding of found) lines.push('', ...findingLines(finding, screen), '');
  }
  const bad = findings.filter(({ severity }) => severity !== 'note').length;
  const sum = bad === 0 ? 'Nothing is wrong.' : `${plural(bad, 'problem')} to fix.`;
  return `${tidy([...lines, '', colour.bold(sum)]).join('\n')}\n`;
}

/** What there is in an area; null: nothing worth a line. */
function stateOf(area: Area, diagnosis: Diagnosis, now: number): string | null {
  const { store, entries, findings } = diagnosis;
  switch (area) {
    case 'log':
      return logState(diagnosis);
    case 'store':
      return storeState(diagnosis, now);
    case 'prices': {
      const isFine = findings.every((finding) => finding.area !== 'prices');
      return store && store.rounds > 0 && isFine ? 'every round with token counts has one' : null;
    }
    case 'schedule': {
      const [entry] = entries;
      return entry ? `${cleanLine(entry.line)} (${entry.where})` : null;
    }
  }
}

function logState({ logs: { files, lines, rounds } }: Diagnosis): string | null {
  if (files === 0) return null;
  return `${plural(files, 'file')}; of the newest ${plural(lines, 'line')}, ${exact(rounds)} ${verb(rounds, 'is an AI call', 'are AI calls')}`;
}

function storeState({ store, logs: { unreadBytes } }: Diagnosis, now: number): string | null {
  if (!store) return null;
  const { rounds, sessions, lastCommit, rejectedLines, knownRounds, held } = store;
  return [
    `${plural(rounds, 'round')} of ${plural(sessions, 'session')}`,
    lastCommit === null ? 'nothing stored yet' : `last stored ${agoText(now - lastCommit)}`,
    unreadBytes > 0 ? `${plural(unreadBytes, 'byte')} to read` : 'nothing left to read',
    plural(rejectedLines, 'rejected line'),
    ...(knownRounds > 0
      ? [`${plural(knownRounds, 'round')} met again in the logs and not counted again`]
      : []),
    ...store.copies.targets.map(
      ({ target, rounds, copiedAt }) =>
        `${cleanLine(target)} ${rounds === 0 ? 'has everything' : `lacks ${plural(rounds, 'round')}`}${copiedAt === null ? '' : ` (pushed ${agoText(now - copiedAt)})`}`,
    ),
    ...(held > 0 ? [`${plural(held, 'line')} waiting for ${verb(held, 'its', 'their')} last part`] : []),
  ].join('; ');
}

function agoText(ms: number): string {
  return ms < 10_000 ? 'just now' : `${duration(ms)} ago`;
}

function findingLines(
  { code, severity, what, where, fix, setting }: WordedFinding,
  screen: Screen,
): string[] {
  const { colour } = screen;
  const paint = { error: colour.red, warning: colour.yellow, note: colour.dim }[severity];
  const settings = setting === undefined ? [] : cleanText(setting).split('\n');
  return [
    ...paragraph(paint(MARKS[severity]), `${cleanLine(what)} [${code}]`, screen),
    ...paragraph(' ', cleanLine(where), screen).map((line) => colour.dim(line)),
    ...paragraph('→', cleanLine(fix), screen),
    // Never wrapped: it is there to be copied.
    ...settings.map((line) => `    ${colour.cyan(line)}`),
  ];
}

function paragraph(mark: string, text: string, { width }: Screen): string[] {
  const { lines } = wrap(text, Math.max(10, width - 2), 100);
  return lines.map((line, index) => `${index === 0 ? mark : ' '} ${line}`);
}

/** Without an empty line at the start, or two in a row. */
function tidy(lines: string[]): string[] {
  return lines.filter((line, index) => line !== '' || (index > 0 && lines[index - 1] !== ''));
}
