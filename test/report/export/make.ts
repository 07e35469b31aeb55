import { expect } from 'vitest';

/** A reader of RFC 4180, independent of our writer. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let inQuotes = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (inQuotes) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else inQuotes = false;
    } else if (c === '"' && cell === '') inQuotes = true;
    else if (c === ',' || c === '\n') {
      rows.at(-1)?.push(cell);
      cell = '';
      if (c === '\n') rows.push([]);
    } else cell += c;
  }
  expect([inQuotes, cell, rows.at(-1)]).toEqual([false, '', []]);
  return rows.slice(0, -1);
}

/** The rows of a CSV file as objects. */
export function readRecords(text: string): Record<string, string>[] {
  const [header = [], ...rows] = readCsv(text);
  return rows.map((row) => {
    expect(row).toHaveLength(header.length);
    return Object.fromEntries(header.map((name, i) => [name, row[i] ?? '']));
  });
}

/** A number with up to 18 decimals as a whole number of 10⁻¹⁸. Throws if it is not one. */
export function atto(decimal: string): bigint {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(decimal) ?? [];
  const value = BigInt(whole + fraction.padEnd(18, '0'));
  if (whole === '') throw new Error(`not a decimal: ${decimal}`);
  return sign === '-' ? -value : value;
}

/** JSON with its decimals as texts, since they may have more digits than a double. */
export function readExactJson(text: string): any {
  return JSON.parse(text.replaceAll(/("(?:total_)?(?:cost|saved)(?:_usd)?":)(-?[\d.]+)/g, '$1"$2"'));
}
