import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';

const KINDS = CHECKS.flatMap((check) => Object.entries(check.kinds));

test('docs/commands.md has every code of a finding with its severity, and no other', () => {
  const [, section = ''] = readFileSync('docs/commands.md', 'utf8').split('\n## monitor doctor\n');
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z0-9-]+)` +\| (error|warning|note) /gm);
  const documented = Array.from(rows, ([, code, severity]) => `${code} ${severity}`);
  expect(documented.toSorted()).toEqual(
    KINDS.map(([code, { severity }]) => `${code} ${severity}`).toSorted(),
  );
});

test('no two checks find the same kind', () => {
  const codes = KINDS.map(([code]) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
