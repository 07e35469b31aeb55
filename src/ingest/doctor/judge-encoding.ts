import { share, type Finding } from './finding.ts';

/** Lines of the sample that hold bytes which are no UTF-8. `where`: the path that was given. */
export function judgeEncoding(notUtf8: number, lines: number, where: string): Finding[] {
  if (notUtf8 === 0) return [];
  const what = `${share(notUtf8, lines, 'line')} ${notUtf8 === 1 ? 'holds' : 'hold'} bytes that are no UTF-8, as texts in GBK or Latin-1 do: their numbers are read, but each such byte is stored as U+FFFD.`;
  const fix = 'Let the client that sends them send UTF-8, as JSON demands.';
  return [{ code: 'not-utf8', area: 'log', severity: 'note', what, where, fix }];
}
