import { duration, shortCount } from '../format.ts';
import { escapeText } from './text.ts';

/** Top and bottom of the timeline's charts, in pixels. */
export const INPUT = { top: 24, bottom: 104 };
export const COST = { top: 138, bottom: 174 };
export const TIME = { top: 208, bottom: 252 };
export const BEFORE = { top: 286, bottom: 314 };
/** The axis's least width, and the gap between its labels and the plot, in pixels. */
const LEAST_WIDTH = 40;
const GAP = 7;
/** A lower chart has no line in its middle. */
export const LEAST_HALVED = 36;

/** The top of an axis with two steps, each a round number. */
export function niceTop(max: number): number {
  if (max <= 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(max / 2));
  const step = [1, 2, 2.5, 4, 5, 10].find((factor) => factor * unit * 2 >= max * 0.999_999) ?? 10;
  return Number((step * unit * 2).toPrecision(6));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Round times whose halves are round too. */
const TOPS = [
  ...[1, 2, 4, 10, 20, 40].map((seconds) => seconds * SECOND),
  ...[1, 2, 4, 10, 20, 40].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 10, 20].map((hours) => hours * HOUR),
];

/** The same for a time in milliseconds. */
export function niceTime(ms: number): number {
  if (ms <= SECOND / 2) return niceTop(ms);
  return TOPS.find((top) => top >= ms) ?? niceTop(ms / DAY) * DAY;
}

/** `30 s`: a round time needs no decimals. */
function timeLabel(ms: number): string {
  return duration(ms).replace(/\.0(?=\D)/, '');
}

/** The tops of the charts of times, in milliseconds; 0 without such a chart. */
export interface TimeTops {
  request: number;
  before: number;
}

/** The labels beside the charts. The axis is as wide as they need. */
export function drawAxis(
  inputTop: number,
  costTop: number,
  sign: string,
  times: TimeTops,
): { axis: string; axisWidth: number } {
  const labels: [y: number, words: string][] = [
    [INPUT.top, roundCount(inputTop)],
    [(INPUT.top + INPUT.bottom) / 2, roundCount(inputTop / 2)],
    [INPUT.bottom, '0'],
    ...(costTop > 0 ? [[COST.top, sign + amountLabel(costTop)] as [number, string]] : []),
    [COST.bottom, '0'],
    ...timeLabels(TIME, times.request),
    ...timeLabels(BEFORE, times.before),
  ];
  const axisWidth = Math.max(
    LEAST_WIDTH,
    GAP + Math.ceil(Math.max(...labels.map(([, words]) => widthOf(words)))),
  );
  const x = axisWidth - GAP;
  return {
    axis: labels
      .map(([y, words]) => `<text x="${x}" y="${y + 4}" class="end">${escapeText(words)}</text>`)
      .join(''),
    axisWidth,
  };
}

/** An upper bound of a label's width, in pixels. A point is half as wide as a digit. */
function widthOf(words: string): number {
  return 7 * words.length - 3.5 * (words.split('.').length - 1);
}

/** `80 K`: a round number needs no decimals. */
function roundCount(count: number): string {
  return shortCount(count)
    .replace(/\.0+(?=\D|$)/, '')
    .replace(/(\.\d*[1-9])0+(?=\D|$)/, '$1');
}

function amountLabel(amount: number): string {
  if (amount >= 10) return roundCount(amount);
  // As many decimals as the first digit needs.
  return amount.toFixed(Math.max(2, Math.ceil(-Math.log10(amount))));
}

function timeLabels({ top, bottom }: typeof TIME, most: number): [y: number, words: string][] {
  if (most === 0) return [];
  const half: [number, string][] =
    bottom - top < LEAST_HALVED ? [] : [[(top + bottom) / 2, timeLabel(most / 2)]];
  return [[top, timeLabel(most)], ...half, [bottom, '0']];
}
