import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';

const [, section = ''] = readFileSync('docs/commands.md', 'utf8').split('\n## monitor doctor\n');
const documented = [
  ...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z0-9-]+)` +\| (?:error|warning|note) /gm),
].map(([, code]) => code);

test('docs/commands.md has every code of a finding, and no other', () => {
  expect(documented.toSorted()).toEqual(CHECKS.flatMap(({ codes }) => codes).toSorted());
});

test('a code is one check’s', () => {
  const codes = CHECKS.flatMap((check) => check.codes);
  expect(new Set(codes).size).toBe(codes.length);
});
