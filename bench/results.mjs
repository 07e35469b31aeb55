// What the cases measured, as a table, and whether it is within bounds. A result:
//   {name, size, ms?, baseline?, baselineMs?, peakMb?, gigabytesPerSecond?, pagesPerSecond?, disk?, note?,
//    promise: what issue 6 promises, bound: what a regression breaks, with the same keys and `ratio`}

/** Where less is better; of the others, more is. */
const LESS = new Set(['ratio', 'ms', 'peakMb', 'disk']);
const UNITS = {
  ratio: '×',
  ms: ' ms',
  peakMb: ' MB',
  gigabytesPerSecond: ' GB/s',
  pagesPerSecond: ' sessions/s',
  disk: '× disk a round',
  sessionsPerBaseline: ' sessions a start of Node',
};

function figureOf(result, key) {
  if (key !== 'ratio') return result[key];
  return result.baselineMs === undefined ? undefined : result.ms / result.baselineMs;
}

function isWithin(key, value, limit) {
  return LESS.has(key) ? value <= limit : value >= limit;
}

/** A line for each bound that the result doesn't keep. */
export function boundsBroken(result) {
  return Object.entries(result.bound ?? {})
    .filter(([key, limit]) => !isWithin(key, figureOf(result, key), limit))
    .map(
      ([key, limit]) =>
        `${result.name}, ${result.size}: ${shown(key, figureOf(result, key))}, and the bound is ${shown(key, limit)}`,
    );
}

/** Markdown: a line about the machine, and a table. */
export function toTable({ date, node, cpu, load, seed }, results) {
  const head = ['case', 'size', 'time', 'baseline', 'its time', 'ratio', 'peak RSS', 'promised', ''];
  const rows = results.map((result) => [
    result.name,
    result.size,
    timeText(result.ms),
    result.baseline ?? '',
    timeText(result.baselineMs),
    shown('ratio', figureOf(result, 'ratio')),
    shown('peakMb', result.peakMb),
    promiseText(result),
    [shown('disk', result.disk), result.note ?? ''].filter((text) => text !== '').join('; '),
  ]);
  const widths = head.map((title, i) =>
    Math.max(3, ...[title, ...rows.map((row) => row[i])].map(({ length }) => length)),
  );
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [
    `${date}, Node ${node}, ${cpu}, load ${load.join(' → ')}, seed ${seed}`,
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
  ].join('\n');
}

/** `≤ 0.4×: yes`; with the figure where no other column has it. */
function promiseText(result) {
  return Object.entries(result.promise ?? {})
    .map(([key, limit]) => {
      const value = figureOf(result, key);
      const told = ['ratio', 'ms', 'peakMb', 'disk'].includes(key) ? '' : ` (${shown(key, value).trim()})`;
      return `${LESS.has(key) ? '≤' : '≥'} ${shown(key, limit)}: ${isWithin(key, value, limit) ? 'yes' : 'NO'}${told}`;
    })
    .join('; ');
}

function shown(key, value) {
  if (value === undefined) return '';
  const digits = key === 'peakMb' || key === 'pagesPerSecond' || key === 'ms' ? 0 : value < 10 ? 2 : 1;
  return `${value.toFixed(digits)}${UNITS[key]}`;
}

function timeText(ms) {
  if (ms === undefined) return '';
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
