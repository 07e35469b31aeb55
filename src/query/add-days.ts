/** The date so many days after another, or before it: `2026-03-01` is one day after `2026-02-28`. */
export function addDays(date: string, days: number): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().replace(/T.*/, '');
}
