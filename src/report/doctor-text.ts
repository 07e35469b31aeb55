import type { Finding } from '../model/finding.ts';
import { exact, plural } from '../query/count-text.ts';
import type { Screen } from './tables.ts';
import { cleanLine, cleanText } from '../platform/clean-text.ts';
import { wrap } from './terminal.ts';

/** What a check found, as far as a person is told. */
export interface DoctorReport {
  findings: readonly Finding[];
  logs: { files: number; bytes: number; lines: number; rounds: number; unreadBytes: number };
  store:
    | { sessions: number; rounds: number; rejectedLines: number; held: number; lastCommit: number | null }
    | undefined;
  entries: readonly { where: string; line: string }[];
}

const AREAS = { log: 'Log', store: 'Store', prices: 'Prices', schedule: 'Schedule' } as const;
const MARKS = { error: '✗', warning: '!', note: '·' } as const;

/** A line for what is well, a paragraph for what is not. `ago`: when the last commit was, in words. */
export function doctorText(report: DoctorReport, ago: string | null, screen: Screen): string {
  const { colour } = screen;
  const lines: string[] = [];
  for (const [area, name] of Object.entries(AREAS) as [keyof typeof AREAS, string][]) {
    const found = report.findings.filter((finding) => finding.area === area);
    const fine = found.every(({ severity }) => severity === 'note');
    const said = factOf(area, report, ago);
    if (said !== null) {
      const mark = fine ? colour.green('✓') : colour.dim('·');
      lines.push(...paragraph(mark, `${name}: ${said}`, screen));
    }
    for (const finding of found) lines.push('', ...findingLines(finding, screen), '');
  }
  const bad = report.findings.filter(({ severity }) => severity !== 'note').length;
  const sum = bad === 0 ? 'Nothing is wrong.' : `${plural(bad, 'problem')} to fix.`;
  return `${tidy([...lines, '', colour.bold(sum)]).join('\n')}\n`;
}

function factOf(area: keyof typeof AREAS, report: DoctorReport, ago: string | null): string | null {
  const { logs, store, entries, findings } = report;
  if (area === 'log') {
    if (logs.files === 0) return null;
    return `${plural(logs.files, 'file')}; of the newest ${plural(logs.lines, 'line')} ${exact(logs.rounds)} ${logs.rounds === 1 ? 'is an AI call' : 'are AI calls'}`;
  }
  if (area === 'store') {
    if (!store) return null;
    const last = ago === null ? 'nothing stored yet' : `last stored ${ago}`;
    const unread =
      logs.unreadBytes > 0 ? `${plural(logs.unreadBytes, 'byte')} to read` : 'nothing left to read';
    const held = store.held > 0 ? `; ${plural(store.held, 'line')} held until its last part is there` : '';
    return `${plural(store.rounds, 'round')} of ${plural(store.sessions, 'session')}; ${last}; ${unread}; ${plural(store.rejectedLines, 'rejected line')}${held}`;
  }
  if (area === 'prices') {
    const isFine = findings.every((finding) => finding.area !== 'prices');
    return store && store.rounds > 0 && isFine ? 'every round with token counts has one' : null;
  }
  const [entry] = entries;
  return entry ? `${cleanLine(entry.line)} (${entry.where})` : null;
}

function findingLines({ code, severity, what, where, fix, setting }: Finding, screen: Screen): string[] {
  const { colour } = screen;
  const paint = { error: colour.red, warning: colour.yellow, note: colour.dim }[severity];
  const settings = setting === undefined ? [] : cleanText(setting).split('\n');
  return [
    ...paragraph(paint(MARKS[severity]), `${cleanLine(what)} [${code}]`, screen),
    ...paragraph(' ', cleanLine(where), screen).map((line) => colour.dim(line)),
    ...paragraph('→', cleanLine(fix), screen),
    // To be copied: a setting is never broken into lines.
    ...settings.map((line) => `    ${colour.cyan(line)}`),
  ];
}

function paragraph(mark: string, text: string, { width }: Screen): string[] {
  const { lines } = wrap(text, Math.max(10, width - 2), 100);
  return lines.map((line, index) => `${index === 0 ? mark : ' '} ${line}`);
}

/** No empty line at the start, nor two in a row. */
function tidy(lines: string[]): string[] {
  return lines.filter((line, index) => line !== '' || (index > 0 && lines[index - 1] !== ''));
}
