/** `1,234,567` */
export function exact(count: number): string {
  if (count >= 0 && count < 1000) return String(count);
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 round`, `2 rounds` */
export function plural(count: number, noun: string): string {
  return `${exact(count)} ${noun}${count === 1 ? '' : 's'}`;
}
