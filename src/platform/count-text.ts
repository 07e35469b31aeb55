/** `1,234,567` */
export function exact(count: number): string {
  if (count >= 0 && count < 1000) return String(count);
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 round`, `2 rounds` */
export function plural(count: number, noun: string): string {
  return `${exact(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `980 B`, `1.2 MB`; `space`: what is between a number and its unit. */
export function bytesText(bytes: number, space = ' '): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)}${space}${units[power]}`;
}
