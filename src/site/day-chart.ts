import { nice, ticks as ticksIn } from 'd3-array';
import { dateText } from './format.ts';
import { renderTemplate } from './templates.ts';

/** One colour of the stack. */
export interface Series {
  name: string;
  slot: number;
  isHatched: boolean;
  /** One for each day. */
  values: readonly number[];
  /** For tooltips: each value as text, with what the chart leaves out; can be empty. */
  texts: readonly string[];
}

export interface DayChart {
  /** Makes the ids of the chart's patterns unique on the page. */
  id: string;
  /** For screen readers. */
  label: string;
  /** Consecutive ISO dates. */
  days: readonly string[];
  /** Where each day's column leads; can be empty. */
  hrefs: readonly string[];
  /** The same with JavaScript, if it is elsewhere; can be empty. */
  lists?: readonly string[];
  /** The first chart with these links: those of others are not in the way of the keyboard. */
  isFirst: boolean;
  series: readonly Series[];
  /** Each day's sum, as text. */
  texts: readonly string[];
  /** Days whose sum is incomplete: they get a `+` above. */
  incomplete: readonly boolean[];
  /** Labels of the axis, and of a column. */
  tickText: (value: number, step: number) => string;
  valueText: (value: number) => string;
  /** By day, what to put before the label if that column is the highest: `≥ `. */
  marks: readonly string[];
  /** A level across the plot. */
  line: { value: number; text: string } | null;
}

const PLOT_HEIGHT = 180;
const TOP = 20;
const AXIS_HEIGHT = 20;
const GAP = 0.2;
/** Height of a line of text, and width of the plot on a phone. */
const LINE_HEIGHT = 14;
const NARROW = 280;
/** Half of a date's width there, as a part of the plot. */
const EDGE = 0.075;
/** However small, a column must be visible. */
const LEAST_HEIGHT = 1;

/**
 * Stacked columns by day, as SVG. x is in percent and y in pixels, so that text keeps its size at any width. Classes set
 * the colours.
 */
export function dayChart(chart: DayChart): string {
  const { days, series, incomplete, valueText } = chart;
  const totals = days.map((_, day) => series.reduce((sum, { values }) => sum + (values[day] ?? 0), 0));
  const peak = Math.max(0, ...totals);
  const top = Math.max(peak, chart.line?.value ?? 0);
  const [, end] = nice(0, top === 0 ? 1 : top, 4);
  const y = (value: number): number => round(TOP + PLOT_HEIGHT * (1 - value / end));
  const peakDay = peak === 0 ? -1 : totals.indexOf(peak);
  const step = 100 / days.length;
  const peakLabel = `${chart.marks[peakDay] ?? ''}${valueText(peak)}`;
  const peakText = `${peakLabel}${incomplete[peakDay] ? ' +' : ''}`;
  const isWide = chart.marks[peakDay] !== undefined && chart.marks[peakDay] !== '';
  const isCrowded = totals.some(
    (total, day) =>
      day !== peakDay &&
      incomplete[day] === true &&
      y(total) - y(peak) < LINE_HEIGHT &&
      isBelow(peakText, day - peakDay, anchorOf(peakDay, days.length, isWide), days.length),
  );
  const columns = days.map((date, day) => ({
    title: titleOf(chart, date, day),
    href: chart.hrefs[day] ?? '',
    list: chart.lists?.[day] ?? '',
    x: percentText(day * step + (step * GAP) / 2),
    width: percentText(step * (1 - GAP)),
    hoverX: percentText(day * step),
    hoverWidth: percentText(step),
    middle: percentText((day + 0.5) * step),
    rects: segmentsOf(series, day, y),
    // The peak's label moves up a line if it would cover a "+" beside it.
    markY: round(y(totals[day] ?? 0) - 5 - (isCrowded && day === peakDay ? LINE_HEIGHT : 0)),
    isIncomplete: incomplete[day] === true,
    peak: day === peakDay ? peakLabel : '',
    anchor: anchorOf(day, days.length, isWide),
  }));
  const values = ticksIn(0, end, 4);
  const tickStep = (values[1] ?? 1) - (values[0] ?? 0);
  const ticks = values.map((value) => ({
    y: y(value),
    textY: y(value) + 4,
    text: chart.tickText(value, tickStep),
  }));
  const axisWidth = Math.max(40, 14 + 7 * Math.max(...ticks.map(({ text }) => text.length)));
  return renderTemplate('day-chart', {
    axisWidth,
    axisEnd: axisWidth - 8,
    id: chart.id,
    isFirst: chart.isFirst,
    label: chart.label,
    height: TOP + PLOT_HEIGHT + AXIS_HEIGHT,
    top: TOP,
    bottom: TOP + PLOT_HEIGHT,
    labelY: TOP + PLOT_HEIGHT + 17,
    plotHeight: PLOT_HEIGHT,
    patterns: series.filter(isPatterned).map(({ slot, isHatched }) => ({ slot, isHatched })),
    ticks,
    columns,
    line: chart.line && { y: y(chart.line.value), textY: y(chart.line.value) - 4, text: chart.line.text },
    dates: labelledDays(days).map((day) => ({
      ...placeOfDate(day, days.length),
      text: dateText(days[day] ?? '', false),
    })),
  });
}

type Anchor = 'start' | 'middle' | 'end';

/** Aligns the label of a column so that it stays inside the plot; a wide label needs more room. */
function anchorOf(day: number, days: number, isWide: boolean): Anchor {
  const edge = days * (isWide ? 0.13 : 0.06);
  return day < edge ? 'start' : day >= days - edge ? 'end' : 'middle';
}

/** A date stands below the middle of its column, unless it would leave the plot there. */
function placeOfDate(day: number, days: number): { x: string; anchor: Anchor } {
  const middle = (day + 0.5) / days;
  if (middle < EDGE) return { x: percentText((100 * day) / days), anchor: 'start' };
  if (middle > 1 - EDGE) return { x: percentText((100 * (day + 1)) / days), anchor: 'end' };
  return { x: percentText(100 * middle), anchor: 'middle' };
}

/** Whether the label of the peak would cover a mark `distance` days away, on a phone. */
function isBelow(label: string, distance: number, anchor: Anchor, days: number): boolean {
  const width = 7 * label.length;
  const left = { start: 0, middle: width / 2, end: width }[anchor];
  const x = (distance * NARROW) / days;
  return x > -left - 5 && x < width - left + 5;
}

interface Segment {
  y: number;
  height: number;
  slot: number;
  isPatterned: boolean;
}

/** What is drawn with a pattern: without a price, or without a colour of its own. */
function isPatterned({ slot, isHatched }: Pick<Series, 'slot' | 'isHatched'>): boolean {
  return isHatched || slot === 0;
}

/** A day's column, from the bottom up. Each segment gives one pixel to the gap above it. */
function segmentsOf(series: readonly Series[], day: number, y: (value: number) => number): Segment[] {
  let from = 0;
  return series.flatMap(({ values, slot, isHatched }) => {
    const to = from + (values[day] ?? 0);
    const [bottom, top] = [y(from), y(to)];
    const isSeen = to > from;
    from = to;
    return isSeen
      ? [
          {
            y: top,
            height: round(Math.max(LEAST_HEIGHT, bottom - top - 1)),
            slot,
            isPatterned: isPatterned({ slot, isHatched }),
          },
        ]
      : [];
  });
}

function titleOf(chart: DayChart, date: string, day: number): string {
  const parts = chart.series.flatMap(({ name, texts, isHatched }) => {
    const text = texts[day] ?? '';
    return text === '' ? [] : [`${name}${isHatched ? ' (unpriced)' : ''}: ${text}`];
  });
  return [`${dateText(date)}: ${chart.texts[day] ?? ''}`, ...parts].join('\n');
}

/** Mondays, or every nth if there are many. A few days are all labelled. */
function labelledDays(days: readonly string[]): number[] {
  const all = days.map((_, day) => day);
  if (days.length < 10) return days.length <= 5 ? all : all.filter((day) => day % 2 === 0);
  const mondays = all.filter((day) => new Date(`${days[day]}T00:00:00Z`).getUTCDay() === 1);
  return mondays.filter((_, i) => (mondays.length - 1 - i) % Math.ceil(days.length / 45) === 0);
}

function percentText(value: number): string {
  return `${round(value)}%`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
