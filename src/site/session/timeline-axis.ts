import { shortCount } from '../format.ts';
import { escapeText } from './text.ts';

/** Top and bottom of the timeline's two charts, in pixels. */
export const INPUT = { top: 24, bottom: 104 };
export const COST = { top: 138, bottom: 174 };
/** The axis's least width, and the gap between its labels and the plot, in pixels. */
const LEAST_WIDTH = 40;
const GAP = 7;

/** The top of an axis with two steps, each a round number. */
export function niceTop(max: number): number {
  if (max <= 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(max / 2));
  const step = [1, 2, 2.5, 4, 5, 10].find((factor) => factor * unit * 2 >= max * 0.999_999) ?? 10;
  return Number((step * unit * 2).toPrecision(6));
}

/** The labels beside both charts. The axis is as wide as they need. */
export function drawAxis(
  inputTop: number,
  costTop: number,
  sign: string,
): { axis: string; axisWidth: number } {
  const labels: [y: number, words: string][] = [
    [INPUT.top, roundCount(inputTop)],
    [(INPUT.top + INPUT.bottom) / 2, roundCount(inputTop / 2)],
    [INPUT.bottom, '0'],
    ...(costTop > 0 ? [[COST.top, sign + amountLabel(costTop)] as [number, string]] : []),
    [COST.bottom, '0'],
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
