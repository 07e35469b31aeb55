import type { ImportedFile, ImportOutcome } from '../model/imported-file.ts';
import { cleanLine, printableId } from '../platform/clean-text.ts';
import { plural } from '../query/count-text.ts';
import { clip } from './terminal.ts';

export interface ImportReport {
  files: readonly ImportedFile[];
  isDryRun: boolean;
  isBeforeParse: boolean;
}

const LISTED = 20;

/** The sums, each file that was skipped and why, and what is uncertain about the others. */
export function importText({ files, isDryRun, isBeforeParse }: ImportReport): string {
  const imported = files.filter(({ outcome }) => outcome === 'imported');
  const known = files.filter(({ outcome }) => outcome === 'known').length;
  const sum = (key: 'rounds' | 'filtered' | 'estimates'): number =>
    imported.reduce((total, file) => total + file[key], 0);
  const sessions = new Set(imported.map(({ session }) => session)).size;
  const what = `${plural(sum('rounds'), 'round')} of ${plural(sessions, 'session')}`;
  const lines = [
    `${isDryRun ? `Nothing was changed. An import would store ${what}` : `Imported ${what}`} from ${plural(imported.length, 'file')}.`,
    ...(sum('filtered') > 0 ? [`${plural(sum('filtered'), 'round')} left out by the store's filters.`] : []),
    ...(known > 0 ? [`${plural(known, 'file')} already imported.`] : []),
    ...parsedLines(files),
    ...leftOut(files),
  ];
  if (imported.length > 0) lines.push('', ...doubts(sum('estimates')));
  if (imported.length > 0 && isBeforeParse) {
    lines.push(
      '',
      'No log has been parsed into this store yet. When one is, imported rounds are recognised by their model, token counts',
      'and texts, and not counted twice. But only the log has the times of the requests: parse first, then import.',
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Rounds that are in the store already, and were not taken again. */
function parsedLines(files: readonly ImportedFile[]): string[] {
  const some = files.filter(({ outcome, parsed }) => parsed > 0 && TAKEN.has(outcome));
  const rounds = some.reduce((total, { parsed }) => total + parsed, 0);
  if (rounds === 0) return [];
  return [
    `${plural(rounds, 'round')} of ${plural(some.length, 'file')} skipped: the store already has them from a log.`,
  ];
}

const TAKEN: ReadonlySet<ImportOutcome> = new Set(['imported', 'parsed']);
const LEFT_OUT: ReadonlySet<ImportOutcome> = new Set(['exists', 'doubtful', 'changed', 'damaged']);

function leftOut(files: readonly ImportedFile[]): string[] {
  const out = files.filter(isLeftOut);
  const more =
    out.length > LISTED ? [`  … and ${plural(out.length - LISTED, 'more file')} (--json lists all)`] : [];
  return out.length === 0
    ? []
    : [
        `${plural(out.length, 'file')} left out:`,
        ...out.slice(0, LISTED).map((file) => `  ${reasonOf(file)}`),
        ...more,
      ];
}

/** Whether a person should look at it: its rounds are not in the store, or not known to be. */
export function isLeftOut({ outcome }: ImportedFile): boolean {
  return LEFT_OUT.has(outcome);
}

function reasonOf({ path, session, outcome, problem, ...counts }: ImportedFile): string {
  const file = clip(cleanLine(path), 300);
  if (outcome === 'damaged') return `${file} ${problem}`;
  const id = clip(printableId(session ?? ''), 200);
  if (outcome === 'exists') return `${file}: the store already has the session ${id}${existing(counts)}`;
  if (outcome === 'doubtful') {
    return `${file}: in the session ${id}, ${uncertain(counts.doubtful)}; import it into a separate store`;
  }
  return `${file}: other rounds of the session ${id} were imported from an earlier version of this file`;
}

function existing({ parsed, doubtful }: { parsed: number; doubtful: number }): string {
  if (doubtful > 0) return `, and ${uncertain(doubtful)}`;
  if (parsed > 0)
    return `, and ${plural(parsed, 'round')} of the file from a log (--force adds the others to it)`;
  return " (--force adds the file's rounds to it)";
}

/** Rounds that cannot be told apart: the same counts more than once, no texts, rounds that were pruned. */
function uncertain(rounds: number): string {
  return `${plural(rounds, 'round')} may be the same as ones already read from a log`;
}

function doubts(estimates: number): string[] {
  return [
    'What is uncertain about them (they have the flag "imported"):',
    '- their times are when the original parsed the log, not when the requests were made:',
    '  days, and prices that changed in between, can be off by that much',
    '- their token counts are as logged, without the total that shows what includes cached and reasoning tokens',
    ...(estimates > 0
      ? [
          `- reasoning tokens that the original estimated from the length of a text are left out (${plural(estimates, 'round')})`,
        ]
      : []),
    "- their costs are computed from today's prices, not taken from the original",
    '- the original did not keep consumers, APIs, response codes and request ids',
  ];
}
