import { exact } from '../../platform/count-text.ts';
import { exactTime } from '../clock.ts';
import { dateText } from '../format.ts';
import { nameText } from '../model-view.ts';
import type { SiteContext } from '../site-context.ts';
import type { Column } from './view.ts';

/** `20 Nov 2026, 09:14 to 16:21` */
export function spanOf(columns: readonly Column[], { local }: SiteContext): { text: string; exact: string } {
  const times = columns.map(({ time }) => time);
  const from = local.isoOf(times.reduce((a, b) => Math.min(a, b), Infinity));
  const to = local.isoOf(times.reduce((a, b) => Math.max(a, b), -Infinity));
  const end = from.slice(0, 10) === to.slice(0, 10) ? to.slice(11, 16) : minuteOf(to);
  const isOne = from.slice(0, 16) === to.slice(0, 16);
  return {
    text: isOne ? minuteOf(from) : `${minuteOf(from)} to ${end}`,
    exact: `${exactTime(from)} to ${exactTime(to)}`,
  };
}

function minuteOf(iso: string): string {
  return `${dateText(iso.slice(0, 10))}, ${iso.slice(11, 16)}`;
}

export function consumersText(consumers: readonly string[]): { label: string; names: string } | null {
  if (consumers.length === 0) return null;
  const names = consumers.slice(0, 3).map(nameText);
  const more = consumers.length > 3 ? ` and ${exact(consumers.length - 3)} more` : '';
  return { label: consumers.length === 1 ? 'Consumer' : 'Consumers', names: names.join(', ') + more };
}
