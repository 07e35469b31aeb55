// What the cases measured, as a table, and whether it is within bounds. A result:
//   {name, size, ms?, cpuMs?, baseline?, baselineMs?, baselineCpuMs?, peakMb?, gigabytesPerSecond?, pagesPerSecond?, disk?, note?,
//    promise: what issue 6 promises, bound: what a regression breaks, with the same keys and `ratio`}

/** Where less is better; of the others, more is. */
const LESS = new Set(['ratio', 'ms', 'peakMb', 'disk']);
const UNITS = {
  ratio: '×',
  cpuRatio: '×',
  ms: ' ms',
  peakMb: ' MB',
  gigabytesPerSecond: ' GB/s',
  pagesPerSecond: ' sessions/s',
  disk: '× disk a round',
  sessionsPerBaseline: ' sessions a start of Node',
};

function figureOf(result, key) {
  if (result.baselineMs === undefined) return result[key];
  if (key === 'ratio') return result.ms / result.baselineMs;
  return key === 'cpuRatio' ? result.cpuMs / Math.max(1, result.baselineCpuMs) : result[key];
}

function isWithin(key, value, limit) {
  return LESS.has(key) ? value <= limit : value >= limit;
}

/** A line for each bound that the result doesn't keep. */
export function boundsBroken(result) {
  return Object.entries(result.bound ?? {})
    .map(([key, limit]) => ({ key, limit, value: judged(result, key) }))
    .filter(({ key, limit, value }) => !isWithin(key, value, limit))
    .map(
      ({ key, limit, value }) =>
        `${result.name}, ${result.size}: ${shown(key, value)}, and the bound is ${shown(key, limit)}`,
    );
}

/** Of the two ratios, wall and CPU time, the better: beside a busy neighbour one of them lies. */
function judged(result, key) {
  const value = figureOf(result, key);
  return key === 'ratio' ? Math.min(value, figureOf(result, 'cpuRatio')) : value;
}

/** Markdown: a line about the machine, and a table. */
export function toTable({ date, node, cpu, load, seed }, results) {
  const head = [
    'case',
    'size',
    'time',
    'baseline',
    'its time',
    'ratio',
    'of CPU time',
    'peak RSS',
    'promised',
    '',
  ];
  const rows = results.map((result) => [
    result.name,
    result.size,
    timeText(result.ms),
    result.baseline ?? '',
    timeText(result.baselineMs),
    shown('ratio', figureOf(result, 'ratio')),
    shown('cpuRatio', figureOf(result, 'cpuRatio')),
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
