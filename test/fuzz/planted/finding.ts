import { Finding } from '../case.ts';
import { numbersTarget } from './numbers.ts';

/** Fails if one number is large and another one small. */
export const target = numbersTarget((numbers) => {
  if (numbers.some((n) => n > 90) && numbers.some((n) => n < 10)) throw new Finding('large and small');
});
