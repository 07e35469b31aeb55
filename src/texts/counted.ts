/** A count, and how it is written: `{ n: 1234, text: '1,234' }`. The number decides whether its noun has a plural. */
export interface Counted {
  n: number;
  text: string;
}
