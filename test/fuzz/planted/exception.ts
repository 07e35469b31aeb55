import { numbersTarget } from './numbers.ts';

/** Throws in a callback, where no caller can catch it. */
export const target = numbersTarget((numbers) => {
  if (numbers.some((n) => n > 90))
    setImmediate(() => {
      throw new Error('large');
    });
});
