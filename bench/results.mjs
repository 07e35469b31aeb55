// Prints the results of the cases as the table of docs/performance.md, and checks their bounds. A result is:
//   {name, size, ms?, cpuMs?, baseline?, baselineMs?, baselineCpuMs?, peakMb?, gigabytesPerSecond?, pagesPerSecond?, disk?, note?,
//    promise: what the project promises, bound: what only a regression exceeds; both have the same keys, and `ratio`}

/** Figures for which less is better; for all others, more is better. */
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

/** A line for each bound that the result exceeds. */
export function boundsBroken(result) {
  return Object.entries(result.bound ?? {})
    .map(([key, limit]) => ({ key, limit, value: judged(result, key) }))
    .filter(({ key, limit, value }) => !isWithin(key, value, limit))
    .map(
      ({ key, limit, value }) =>
        `${result.name}, ${result.size}: ${shown(key, value)}; the bound is ${shown(key, limit)}`,
    );
}

/** The better of the two ratios, of wall and of CPU time: on a busy machine, either can be wrong. */
function judged(result, key) {
  const value = figureOf(result, key);
  return key === 'ratio' ? Math.min(value, figureOf(result, 'cpuRatio')) : value;
}

/** Markdown: a line about the machine, and a table. */
export function toTable({ date, node, cpu, load, seed, times }, results) {
  const head = [
    'what',
    'size',
    'time',
    'baseline',
    'its time',
    'ratio',
    'CPU ratio',
    'peak memory',
    'promised',
    'note',
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
    `Measured on ${date.slice(0, 10)}: Node ${node}, ${cpu}, load ${load.join(' → ')}, seed ${seed}, ${times} turns.`,
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
  ].join('\n');
}

/** `≤ 0.4×: kept`; with the figure if no other column has it. */
function promiseText(result) {
  return Object.entries(result.promise ?? {})
    .map(([key, limit]) => {
      const value = figureOf(result, key);
      const told = ['ratio', 'ms', 'peakMb', 'disk'].includes(key) ? '' : ` (${shown(key, value).trim()})`;
      return `${LESS.has(key) ? '≤' : '≥'} ${shown(key, limit)}: ${isWithin(key, value, limit) ? 'kept' : '**missed**'}${told}`;
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
