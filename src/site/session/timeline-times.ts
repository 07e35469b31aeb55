import { duration } from '../format.ts';
import { rounded } from '../rounded.ts';
import { BEFORE, niceTime, TIME, type TimeTops } from './timeline-axis.ts';
import type { Bar, BarTimes } from './timeline-bars.ts';

/** Where the bar of a round is in its column. */
interface Place {
  x: string;
  width: string;
  middle: string;
}

/** The tops of the charts of times. Time without any request is cut at the top: people can be away for long. */
export function timeTops(bars: readonly Bar[]): TimeTops {
  const most = (of: (times: BarTimes) => number): number => Math.max(...bars.map(({ times }) => of(times)));
  const request = most(requestTime);
  const isSingle = bars.every(({ from, to }) => from === to);
  const before = most(({ tools }) => tools) || (isSingle ? most(({ client }) => client) : 0);
  return { request: niceTime(request), before: request > 0 ? niceTime(before) : 0 };
}

/** From the request to the end of its answer, as far as the log says. */
function requestTime({ firstToken, answer, whole }: BarTimes): number {
  return firstToken + answer + whole;
}

/** The time of a request, from the bottom to the top: to the first token, and the answer. */
export function requestBar(times: BarTimes, top: number, place: Place): string {
  const stack = new Stack(TIME, top, place);
  const bars =
    stack.add('wait', times.firstToken) + stack.add('said', times.answer) + stack.add('both', times.whole);
  const mark =
    times.untimed > 0 ? `<text class="plus" x="${place.middle}" y="${px(stack.y - 3)}">?</text>` : '';
  return bars + mark;
}

/**
 * What was before the request: tools as a bar, time without any request as a line. Of a bar of several rounds, that would
 * always be more than there is room for.
 */
export function beforeBar(bar: Bar, top: number, place: Place): string {
  const stack = new Stack(BEFORE, top, place);
  const tools = stack.add('tools', bar.times.tools);
  const end = stack.y - (bar.times.client / top) * (BEFORE.bottom - BEFORE.top);
  if (bar.from !== bar.to || stack.y - end < 1) return tools;
  const [from, to, name] =
    end < BEFORE.top ? [BEFORE.top + 6, BEFORE.top - 5, 'client cut'] : [stack.y, end, 'client'];
  return `${tools}<line class="${name}" x1="${place.middle}" x2="${place.middle}" y1="${px(from)}" y2="${px(to)}"/>`;
}

class Stack {
  /** The top of what is there. */
  y: number;
  readonly #chart: typeof TIME;
  readonly #top: number;
  readonly #place: Place;

  constructor(chart: typeof TIME, top: number, place: Place) {
    this.y = chart.bottom;
    this.#chart = chart;
    this.#top = top;
    this.#place = place;
  }

  add(name: string, ms: number): string {
    if (ms <= 0) return '';
    const { top, bottom } = this.#chart;
    const { x, width } = this.#place;
    // A gap of a pixel parts it from what is below.
    const base = this.y === bottom ? bottom : this.y - 1;
    this.y = Math.min(base - 1, this.y - (ms / this.#top) * (bottom - top));
    const fill = name === 'both' ? ' fill="url(#both)"' : '';
    return `<rect class="${name}" x="${x}" width="${width}" y="${px(this.y)}" height="${px(base - this.y)}"${fill}/>`;
  }
}

/** `7.1 s, 1.2 s to the first token, 12.0 s of tools before` */
export function timeWords(times: BarTimes, isOne: boolean): string[] {
  const { firstToken, tools, client, untimed } = times;
  const all = requestTime(times);
  return [
    ...(all > 0 && untimed === 0 ? [`${duration(all)}${isOne ? '' : ' in all'}`] : []),
    ...(firstToken > 0 ? [`${duration(firstToken)} to the first token`] : []),
    ...(tools > 0 ? [`${duration(tools)} of tools before`] : []),
    ...(client > 0 ? [`${duration(client)} without a request before`] : []),
    ...(untimed === 0 ? [] : [isOne ? 'duration not in the log' : `${untimed} without a duration`]),
  ];
}

function px(value: number): number {
  return rounded(value, 1);
}
