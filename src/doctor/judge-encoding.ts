import { share, type Finding } from '../model/finding.ts';

/** Lines of the sample that hold bytes which are no UTF-8. `where`: the path that was given. */
export function judgeEncoding(notUtf8: number, lines: number, where: string): Finding[] {
  if (notUtf8 === 0) return [];
  const what = `${share(notUtf8, lines, 'line')} ${notUtf8 === 1 ? 'holds' : 'hold'} bytes that are not UTF-8, such as text in GBK or Latin-1: their numbers are read, but each such byte is stored as U+FFFD.`;
  const fix = 'Have the client send UTF-8, as JSON requires.';
  return [{ code: 'not-utf8', area: 'log', severity: 'note', what, where, fix }];
}
