export interface Mutation {
  what: string;
  /** From 1. */
  line: number;
  /** The whole mutated file. */
  text: string;
}

export function mutationsOf(source: string): Mutation[];
