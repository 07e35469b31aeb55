import type { Code, FactsByCode } from '../../doctor/checks.ts';

/** What a person is told of a finding. */
export interface Words {
  /** What is wrong, in a sentence or two; may hold a stranger's words. */
  what: string;
  /** How to fix it, in a sentence or two. */
  fix: string;
  /** Lines to copy, of a configuration or for a shell. */
  setting?: string;
}

/** The words of each kind of finding, made from its facts. `where`: the path that it is about. */
export type WordsByCode = { readonly [C in Code]: (facts: FactsByCode[C], where: string) => Words };
