import { exact } from '../../platform/count-text.ts';
import { duration } from '../format.ts';
import { rounded } from '../rounded.ts';
import {
  BEFORE,
  COST,
  drawAxis,
  INPUT,
  LEAST_HALVED,
  niceTop,
  TIME,
  type TimeTops,
} from './timeline-axis.ts';
import type { Bar } from './timeline-bars.ts';
import { beforeBar, requestBar, timeTops, timeWords } from './timeline-times.ts';
import { escapeAttribute, escapeText } from './text.ts';

/** What the timeline needs from its page. */
export interface TimelineStyle {
  slotOf(model: string): number;
  /** A link to a round. */
  hrefOf(round: number): string;
  timeOf(ms: number): string;
  nameOf(model: string): string;
  /** The sign of the drawn currency: `$`. */
  sign: string;
}

// x is in percent and y in pixels, without a viewBox: text keeps its size at any width.
/** From the base of the last chart to the numbers of rounds, and to the end. */
const NUMBERS = 17;
const END = 22;
/** Width of an idle gap, in slots, and the share of its slot that a bar fills. */
const GAP = 1.7;
const FILL = 0.72;
/** There are at least this many slots, so that a few bars do not become too wide. */
const FEWEST_SLOTS = 12;

/** Of what the log does not divide: both colours, as in the legend. */
const BOTH =
  '<defs><pattern id="both" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="said" width="4" height="4"/><rect class="wait" width="2" height="4"/></pattern></defs>';

/** Models without a colour of their own, as in the legend: striped, since plain grey is cached input. */
const OTHERS =
  '<defs><pattern id="others" width="4" height="3.5" patternUnits="userSpaceOnUse"><rect class="gap" width="4" height="3.5"/><rect class="ink" width="4" height="2"/></pattern></defs>';

interface PlacedBar extends Bar {
  /** Left edge of its slot, in per cent. */
  x: number;
}

/** Draws the timeline as two SVGs: the axis, and the plot, which takes the remaining width. */
export function drawTimeline(
  bars: readonly Bar[],
  style: TimelineStyle,
): { axis: string; axisWidth: number; plot: string; height: number } {
  const { placed, slot } = placeBars(bars);
  const times = timeTops(bars);
  const { bottom } = times.before > 0 ? BEFORE : times.request > 0 ? TIME : COST;
  const inputTop = niceTop(Math.max(1, ...bars.map(({ input }) => input)));
  const costTop = niceTop(
    Math.max(...bars.map(({ costs }) => costs.reduce((sum, { amount }) => sum + amount, 0))),
  );
  const inputY = scaleTo(inputTop, INPUT);
  const costY = scaleTo(costTop || 1, COST);
  const runs = runsOf(placed, slot);
  const charts = [INPUT, COST, TIME, BEFORE].filter((chart) => chart.bottom <= bottom);
  const lines = runs
    .map(({ from, to }) => charts.map((chart) => gridLines(from, to, chart)).join(''))
    .join('');
  const plot =
    (bars.some(({ times }) => times.whole > 0) ? BOTH : '') +
    (bars.some(({ costs }) => costs.some(({ model }) => style.slotOf(model) === 0)) ? OTHERS : '') +
    lines +
    text(0, 16, 'Input') +
    text(0, 127, 'Cost') +
    (times.request > 0 ? text(0, TIME.top - 11, 'Time') : '') +
    (times.before > 0 ? text(0, BEFORE.top - 11, 'Before it') : '') +
    gaps(placed, slot, bottom) +
    brackets(placed, slot) +
    placed.map((bar) => column(bar, slot, { inputY, costY, times, bottom }, style)).join('') +
    numbers(placed, slot, bottom + NUMBERS);
  return { ...drawAxis(inputTop, costTop, style.sign, times), plot, height: bottom + END };
}

function placeBars(bars: readonly Bar[]): { placed: PlacedBar[]; slot: number } {
  const slots = bars.reduce((sum, { idleMs }) => sum + 1 + (idleMs > 0 ? GAP : 0), 0);
  const slot = 100 / Math.max(slots, FEWEST_SLOTS);
  let x = 0;
  const placed = bars.map((bar) => {
    if (bar.idleMs > 0) x += GAP * slot;
    const at = { ...bar, x };
    x += slot;
    return at;
  });
  return { placed, slot };
}

/** Runs of bars between gaps. */
function runsOf(bars: readonly PlacedBar[], slot: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const bar of bars) {
    const open = runs.at(-1);
    if (open && bar.idleMs === 0) open.to = bar.x + slot;
    else runs.push({ from: bar.x, to: bar.x + slot });
  }
  return runs;
}

function gridLines(from: number, to: number, { top, bottom }: typeof INPUT): string {
  const line = (y: number, name: string): string =>
    `<line class="${name}" x1="${percent(from)}" x2="${percent(to)}" y1="${y}.5" y2="${y}.5"/>`;
  const middle = bottom - top < LEAST_HALVED ? '' : line((top + bottom) / 2, 'grid');
  return line(top, 'grid') + middle + line(bottom, 'base');
}

function gaps(bars: readonly PlacedBar[], slot: number, bottom: number): string {
  const idle = bars.filter(({ idleMs }) => idleMs > 0);
  return idle
    .map(({ x, idleMs }, i) => {
      const at = x - GAP * slot * 0.5;
      const room = (idle[i + 1]?.x ?? 100) - at;
      const words = `${duration(idleMs)} idle`;
      const label = room > widthOnPhone(words) ? text(at, 16, words, 'aside') : '';
      return `<line class="idle-line" x1="${percent(at)}" x2="${percent(at)}" y1="2" y2="${bottom}"/>${label}`;
    })
    .join('');
}

/** Lines below the bars of sub-agents and parallel threads, with their number. */
function brackets(bars: readonly PlacedBar[], slot: number): string {
  const runs: { from: number; to: number; names: Set<string> }[] = [];
  let isOpen = false;
  for (const { x, threads, idleMs } of bars) {
    const last = runs.at(-1);
    if (threads && isOpen && last && idleMs === 0) {
      last.to = x + slot;
      for (const name of threads) last.names.add(name);
    } else if (threads) runs.push({ from: x, to: x + slot, names: new Set(threads) });
    isOpen = threads !== null;
  }
  return runs
    .map(({ from, to, names }) => {
      const middle = (from + to) / 2;
      const label = to - from > 9 ? text(middle, 124, sideText([...names]), 'middle') : '';
      const inset = slot * 0.1;
      return `<line class="bracket" x1="${percent(from + inset)}" x2="${percent(to - inset)}" y1="110.5" y2="110.5"/>${label}`;
    })
    .join('');
}

/** `2 sub-agents`, `Parallel thread 1`. */
function sideText(names: readonly string[]): string {
  const [first = ''] = names;
  if (names.length === 1) return first;
  return names.every((name) => name.startsWith('Sub'))
    ? `${names.length} sub-agents`
    : `${names.length} threads`;
}

type Scale = (value: number) => number;

/** From 0 at the bottom to `max` at the top. */
function scaleTo(max: number, { top, bottom }: { top: number; bottom: number }): Scale {
  return (value) => bottom * (1 - value / max) + top * (value / max);
}

interface Scales {
  inputY: Scale;
  costY: Scale;
  times: TimeTops;
  bottom: number;
}

function column(
  bar: PlacedBar,
  slot: number,
  { inputY, costY, times, bottom: end }: Scales,
  style: TimelineStyle,
): string {
  const x = percent(bar.x + (slot * (1 - FILL)) / 2);
  const width = percent(slot * FILL);
  const rect = (name: string, top: number, bottom: number, fill = ''): string =>
    `<rect class="${name}" x="${x}" width="${width}" y="${px(top)}" height="${px(bottom - top)}"${fill}/>`;
  const parts: string[] = [];
  const middle = bar.x + slot / 2;
  const top = Math.min(inputY(bar.input), bar.input > 0 ? INPUT.bottom - 1 : INPUT.bottom);
  const border = inputY(bar.cached);
  if (bar.cached > 0) parts.push(rect('c', Math.min(border, INPUT.bottom - 1), INPUT.bottom));
  if (bar.input > bar.cached) {
    const bottom = bar.cached > 0 ? Math.max(top + 1, border - 1) : INPUT.bottom;
    parts.push(rect('n', Math.min(top, bottom - 1), bottom));
  }
  let y = COST.bottom;
  for (const { model, amount } of bar.costs) {
    const height = Math.max(1, COST.bottom - costY(amount));
    const slotOfModel = style.slotOf(model);
    parts.push(
      slotOfModel === 0
        ? rect('others', y - height, y, ' fill="url(#others)"')
        : rect(`m m${slotOfModel}`, y - height, y),
    );
    y -= height + 1;
  }
  if (bar.unpriced > 0) parts.push(text(middle, y - 3, '+', 'plus'));
  if (bar.failedTools > 0 || bar.status !== null) parts.push(text(middle, top - 4, '!', 'bang'));
  const place = { x, width, middle: percent(middle) };
  if (times.request > 0) parts.push(requestBar(bar.times, times.request, place));
  if (times.before > 0) parts.push(beforeBar(bar, times.before, place));
  const href = escapeAttribute(style.hrefOf(bar.target));
  return (
    `<a href="${href}"><title>${escapeText(titleOf(bar, style))}</title>` +
    `<rect class="hit" x="${percent(bar.x)}" width="${percent(slot)}" y="${INPUT.top - 8}" height="${end - INPUT.top + 24}"/>` +
    `${parts.join('')}</a>`
  );
}

/** `#12, 15:05:02, claude-sonnet-4-5: 27,930 in (21,204 cached), 355 out, $0.0367`. */
function titleOf(bar: Bar, style: Pick<TimelineStyle, 'timeOf' | 'nameOf'>): string {
  const number = bar.from === bar.to ? `#${bar.from}` : `#${bar.from} to #${bar.to}`;
  const cached = bar.cached > 0 ? ` (${exact(bar.cached)} cached)` : '';
  const models = bar.models.slice(0, 3).map((model) => style.nameOf(model));
  const facts = [
    `${exact(bar.input)} in${cached}`,
    `${exact(bar.output)} out`,
    ...(bar.cost.isKnown ? [bar.cost.text] : []),
    ...(bar.unpriced > 0 ? [bar.from === bar.to ? 'unpriced' : `${exact(bar.unpriced)} unpriced`] : []),
    ...timeWords(bar.times, bar.from === bar.to),
    ...(bar.failedTools > 0 ? ['a tool failed'] : []),
    ...(bar.status === null ? [] : [bar.status === 0 ? 'aborted' : `HTTP ${bar.status}`]),
    ...(bar.target === bar.from ? [] : [`first in #${bar.target}`]),
  ];
  const { bounds } = bar.cost;
  const why = bounds ? `\n${[...bounds.heads, ...bounds.reasons].join('\n')}` : '';
  return `${number}, ${style.timeOf(bar.time)}, ${models.join(', ')}: ${facts.join(', ')}${why}`;
}

const STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000, 50_000];
const MOST_NUMBERS = 9;

/** Numbers of rounds below their bars: the first one, then round numbers, as far as a phone has room for them. */
function numbers(bars: readonly PlacedBar[], slot: number, y: number): string {
  const first = bars[0]?.from ?? 1;
  const last = bars.at(-1)?.to ?? 1;
  const most = Math.min(MOST_NUMBERS, Math.floor(100 / widthOnPhone(exact(last))));
  const step = STEPS.find((size) => (last - first + 1) / size <= most) ?? 100_000;
  let end = -Infinity;
  return bars
    .flatMap(({ x, from, to }, i) => {
      const round = Math.ceil(from / step) * step;
      const number = i === 0 ? first : round <= to ? round : null;
      if (number === null) return [];
      const words = i === 0 ? `#${number}` : exact(number);
      const middle = x + slot / 2;
      const width = widthOnPhone(words);
      const isLast = middle > 97;
      if ((isLast ? 100 - width : middle - width / 2) < end) return [];
      end = middle + width / 2;
      return [isLast ? text(100, y, words, 'end') : text(middle, y, words, 'middle')];
    })
    .join('');
}

/** How much of the plot's width a text and a gap take on a phone, where the plot is narrowest, in per cent. */
function widthOnPhone(words: string): number {
  return (100 * (7 * words.length + 6)) / 290;
}

function text(x: number, y: number, words: string, name = ''): string {
  return `<text${name === '' ? '' : ` class="${name}"`} x="${percent(x)}" y="${px(y)}">${escapeText(words)}</text>`;
}

function percent(value: number): string {
  return `${rounded(value, 3)}%`;
}

function px(value: number): number {
  return rounded(value, 1);
}
