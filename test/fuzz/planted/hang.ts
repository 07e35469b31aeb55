import { numbersTarget } from './numbers.ts';

/** Does not come back if there is a large number. */
export const target = numbersTarget((numbers) => {
  while (numbers.some((n) => n > 90));
});
