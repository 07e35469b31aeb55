/** A secret that begins with characters which nothing else begins with. */
export interface Format {
  kind: string;
  heads: readonly string[];
  /** A regular expression of what follows. */
  rest: string;
  /** The head is part of an address; only the group of `rest` is secret. */
  isAddress?: true;
  /** Ordinary names begin like this too, so less than the whole is only a secret if it looks random. */
  isWeak?: true;
}

export function format(kind: string, heads: readonly string[], rest: string): Format {
  return { kind, heads, rest };
}

export function weak(kind: string, heads: readonly string[], rest: string): Format {
  return { kind, heads, rest, isWeak: true };
}

/** The secret part of an address: the group of `rest`, which must end it. */
export function address(kind: string, heads: readonly string[], rest: string): Format {
  return { kind, heads, rest, isAddress: true };
}

/** As a regular expression that matches this text. */
export function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
