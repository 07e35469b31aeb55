export interface Mutation {
  what: string;
  /** From 1. */
  line: number;
  /** Of the whole mutated file. */
  text: string;
}

export function mutationsOf(source: string): Mutation[];
