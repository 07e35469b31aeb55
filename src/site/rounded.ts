/** `Number(value.toFixed(decimals))`, which is slow, for charts with hundreds of coordinates. */
export function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  const scaled = value * factor;
  const whole = Math.round(scaled);
  // Between two numbers, only the exact value tells which one is nearer.
  if (Math.abs(scaled - whole) > 0.499 || whole > 1e9) return Number(value.toFixed(decimals));
  return whole / factor;
}
