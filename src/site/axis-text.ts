import { exact } from '../platform/count-text.ts';

// The labels of a chart's axis.

/** `4`, `0.50`, `0.005`: as many decimals as the step between two ticks needs, and two instead of one. */
export function amountTick(value: number, step: number): string {
  if (value === 0) return '0';
  const decimals = decimalsOf(step);
  const [whole = '', fraction] = value.toFixed(decimals === 1 ? 2 : decimals).split('.');
  return `${exact(Number(whole))}${fraction === undefined ? '' : `.${fraction}`}`;
}

const SIZES = [
  ['G', 1e9],
  ['M', 1e6],
  ['K', 1e3],
] as const;

/** `500 K`, `1.5 M` */
export function countTick(value: number, step: number): string {
  const [unit, size] = SIZES.find(([, size]) => value >= size) ?? ['', 1];
  const text = (value / size)
    .toFixed(decimalsOf(step / size))
    .replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros));
  return unit === '' ? exact(value) : `${text}\u00a0${unit}`;
}

/** 2 for a step such as 0.25. */
function decimalsOf(step: number): number {
  let decimals = 0;
  while (decimals < 9 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6)
    decimals++;
  return decimals;
}
