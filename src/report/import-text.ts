import { cleanLine, printableId } from '../platform/clean-text.ts';
import { plural } from '../query/count-text.ts';
import { clip } from './terminal.ts';

/** What an import did with a file, as far as a person is told. */
export interface ImportedFileReport {
  path: string;
  session: string | null;
  outcome: 'imported' | 'known' | 'exists' | 'changed' | 'damaged';
  rounds: number;
  filtered: number;
  estimates: number;
  problem: string | null;
}

export interface ImportReport {
  files: readonly ImportedFileReport[];
  isDryRun: boolean;
  isBeforeParse: boolean;
}

const LISTED = 20;

/** The sums, each file that was left out and why, and what of the rest is to be doubted. */
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
    ...(known > 0 ? [`${plural(known, 'file')} imported before.`] : []),
    ...leftOut(files),
  ];
  if (imported.length > 0) lines.push('', ...doubts(sum('estimates')));
  if (imported.length > 0 && isBeforeParse) {
    lines.push(
      '',
      'No log has been parsed into this store yet. What the logs still hold of these sessions will be counted',
      'a second time when it is: parse first, then import; sessions that were parsed are left out then.',
    );
  }
  return `${lines.join('\n')}\n`;
}

function leftOut(files: readonly ImportedFileReport[]): string[] {
  const out = files.filter(isLeftOut);
  const more =
    out.length > LISTED ? [`  … and ${plural(out.length - LISTED, 'more file')} (--json lists all)`] : [];
  return out.length === 0
    ? []
    : [
        `Left out, ${plural(out.length, 'file')}:`,
        ...out.slice(0, LISTED).map((file) => `  ${reasonOf(file)}`),
        ...more,
      ];
}

/** Whether a person should look at it: its rounds are not in the store, or not known to be. */
export function isLeftOut({ outcome }: ImportedFileReport): boolean {
  return outcome === 'exists' || outcome === 'changed' || outcome === 'damaged';
}

function reasonOf({ path, session, outcome, problem }: ImportedFileReport): string {
  const file = clip(cleanLine(path), 300);
  if (outcome === 'damaged') return `${file} ${problem}`;
  const id = clip(printableId(session ?? ''), 200);
  return outcome === 'exists'
    ? `${file}: the store has the session ${id} already (--force adds the file's rounds to it)`
    : `${file}: of the session ${id}, other rounds were imported from an earlier state of this file`;
}

function doubts(estimates: number): string[] {
  return [
    'What to doubt in them (they carry the flag "imported"):',
    '- their times are when the original parsed the log, not when the requests were made;',
    '  days, and prices that changed meanwhile, can be off by as much',
    '- their tokens are as logged then, without the total that tells where cached and reasoning tokens belong;',
    ...(estimates > 0
      ? [
          `  reasoning tokens that the original had guessed from a text's length are left out (${plural(estimates, 'round')})`,
        ]
      : []),
    "- their costs are computed from today's prices: the original's are ignored",
    '- who asked, which API, response codes and request ids were not kept by the original',
  ];
}
