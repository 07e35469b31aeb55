import { exact } from './count-text.ts';

/** `850 ms`, `7.1 s`, `1 min 12 s`, `5 h 47 min`, `2 d 3 h`; `space`: what is between a number and its unit. */
export function durationText(ms: number, space = ' '): string {
  if (ms < 1000) return `${Math.round(ms)}${space}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}${space}s`;
  const two = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
    `${exact(large)}${space}${largeUnit}${small === 0 ? '' : ` ${small}${space}${smallUnit}`}`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.round(ms / 60_000);
  if (seconds < 3600) return two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(ms / 3_600_000);
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}
