import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { redactJson, redactText } from '../../src/redact/redact-text.ts';
import { formsOf, lookAlikesOf, type Form } from './corpus.ts';
import { allPatterns } from './redact.ts';

const secrets = allPatterns(['secrets']);
const DOCS = 'docs/privacy.md';

/** Whether nothing of a secret is left, and what stands there says what it was. */
function isFound(
  { kind, before, secret, after }: Form,
  redact = (text: string) => redactText(text, secrets),
): boolean {
  const left = redact(before + secret + after);
  return left.includes(`[redacted:${kind}]`) && !pieces(secret).some((piece) => left.includes(piece));
}

/** Eight characters at a time; a shorter secret as a whole. */
function pieces(secret: string): string[] {
  const length = Math.min(8, secret.length);
  return Array.from({ length: secret.length - length + 1 }, (_, i) => secret.slice(i, i + length));
}

interface Row {
  forms: number;
  found: number;
  lookAlikes: number;
  falseAlarms: number;
}

function countedRows(): [kind: string, row: Row][] {
  const forms = formsOf();
  const lookAlikes = lookAlikesOf();
  const kinds = new Set([...forms, ...lookAlikes].map(({ kind }) => kind));
  return [...kinds].toSorted().map((kind) => {
    const own = forms.filter((form) => form.kind === kind);
    const like = lookAlikes.filter((one) => one.kind === kind);
    return [
      kind,
      {
        forms: own.length,
        found: own.filter((form) => isFound(form)).length,
        lookAlikes: like.length,
        falseAlarms: like.filter(({ text }) => redactText(text, secrets) !== text).length,
      },
    ];
  });
}

const rows = countedRows();
const total = (field: keyof Row): number => rows.reduce((sum, [, row]) => sum + row[field], 0);

test('at least 200 forms and 200 look-alikes: 98 of 100 forms are found, 2 of 100 look-alikes are false alarms', () => {
  expect(total('forms')).toBeGreaterThanOrEqual(200);
  expect(total('lookAlikes')).toBeGreaterThanOrEqual(200);
  expect(total('found') / total('forms')).toBeGreaterThanOrEqual(0.98);
  expect(total('falseAlarms') / total('lookAlikes')).toBeLessThanOrEqual(0.02);
});

test('every kind has forms', () => {
  const kinds = secrets.flatMap(({ kind, kinds: several }) => several ?? [kind]);
  expect(rows.filter(([, { forms }]) => forms > 0).map(([kind]) => kind)).toEqual(
    [...new Set(kinds)].toSorted(),
  );
});

/** `UPDATE_DOCS=1 npx vitest run test/redact/corpus.test.ts` writes the table; read the diff. */
test('docs/privacy.md has the table of the corpus', () => {
  const head = ['redacted as', 'true forms', 'found', 'look-alikes', 'false alarms'];
  const cells = [
    ...rows.map(([kind, row]) => [`\`${kind}\``, ...Object.values(row).map(String)]),
    [
      'all',
      ...(['forms', 'found', 'lookAlikes', 'falseAlarms'] as const).map((field) => String(total(field))),
    ],
  ];
  const widths = head.map((name, i) =>
    Math.max(...[head, ...cells].map((row) => row[i]?.length ?? 0), name.length),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const ruler = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const table = [line(head), ruler, ...cells.map(line)].join('\n');
  const text = readFileSync(DOCS, 'utf8');
  const found = /\| redacted as [^]*?(?=\n\n)/;
  if (process.env['UPDATE_DOCS'])
    writeFileSync(
      DOCS,
      text.replace(found, () => table),
    );
  expect(found.exec(readFileSync(DOCS, 'utf8'))?.[0]).toBe(table);
});

/** The forms that are not found stay the same, whatever the secret and whatever is around it. */
const missed = new Set(formsOf().flatMap((form, i) => (isFound(form) ? [] : [i])));

/** Forms that are found, of those. */
function known(forms: readonly Form[]): Form[] {
  return forms.filter((_, i) => !missed.has(i));
}

test.each([2, 3, 4])('other secrets of the same forms are found as well: seed %s', (seed) => {
  expect(known(formsOf(seed)).filter((form) => !isFound(form))).toEqual([]);
  expect(lookAlikesOf(seed).filter(({ text }) => redactText(text, secrets) !== text)).toEqual([]);
});

describe('wherever a form stands, it is found, and a look-alike is left alone', () => {
  const argumentsOf = (command: string): string =>
    JSON.stringify([{ function: { name: 'bash', arguments: JSON.stringify({ command }) } }]);
  test.each<[name: string, put: (text: string) => string]>([
    ['a string of JSON', (text) => JSON.stringify(text)],
    ['the arguments of a tool', argumentsOf],
    ['JSON in JSON in JSON', (text) => JSON.stringify({ a: argumentsOf(text) })],
    ['a new line', (text) => JSON.stringify(`first\n${text}\nlast`)],
    ['a full-width colon', (text) => JSON.stringify(`如下：${text}`)],
    ['full-width quotation marks', (text) => JSON.stringify(`如下“${text}”。`)],
    ['a block of code', (text) => JSON.stringify(`\`\`\`\n${text}\n\`\`\``)],
    [
      'a percent-encoded address',
      (text) => JSON.stringify(`https://example.com/?q=${encodeURIComponent(text)}&n=1`),
    ],
  ])('behind %s', (_name, put) => {
    const redact = (text: string): string => redactJson(put(text), secrets);
    expect(known(formsOf()).filter((form) => !isFound(form, redact))).toEqual([]);
    expect(lookAlikesOf().filter(({ text }) => redact(text) !== put(text))).toEqual([]);
  });
});
