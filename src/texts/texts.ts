import type * as english from './en.ts';

/**
 * What a language's file holds: the texts that people read, in areas. A text with values is a function of one object, so
 * that each language puts them in its own order.
 */
export type Texts = typeof english;
