import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePatternFile } from '../src/redact/pattern-file.ts';
import { REDACT_KINDS } from '../src/redact/pattern.ts';
import { patternsOf } from '../src/redact/secret-patterns.ts';
import type { SpokenContext } from '../src/cli/language.ts';
import { main } from '../src/cli/main.ts';
import { buildProgram } from '../src/cli/program.ts';
import { ExitCode } from '../src/platform/errors.ts';
import * as en from '../src/texts/en.ts';
import { parsePriceFile } from '../src/pricing/price-file.ts';

const DOCS = [
  'README.md',
  'docs/commands.md',
  'docs/cost.md',
  'docs/export.md',
  'docs/scale.md',
  'docs/clickhouse.md',
  'docs/opentelemetry.md',
  'docs/store-format.md',
  'docs/higress.md',
  'docs/privacy.md',
  'docs/site.md',
  // test/docs-zh.test.ts compares these with their originals.
  'README.zh-CN.md',
  'docs/zh-CN/commands.md',
  'docs/zh-CN/cost.md',
  'docs/zh-CN/higress.md',
  'docs/zh-CN/privacy.md',
  'docs/zh-CN/site.md',
];
const texts = new Map(DOCS.map((path) => [path, readFileSync(path, 'utf8')]));
const textOf = (path: string): string => texts.get(path) ?? '';

/** Where the documents say that the logs lie. */
const LOGS = '/var/log/higress';
const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'docs-'));
const logs = join(folder, 'logs');

beforeAll(() => {
  mkdirSync(logs);
  for (const name of ['access.log', 'access.log.1']) copyFileSync(join('fixtures', name), join(logs, name));
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

function contextThat(write: (text: string) => void): SpokenContext {
  return {
    write: (text) => Promise.resolve(write(text)),
    warn: write,
    env: {},
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 110,
    rows: 24,
    colourLevel: 0,
    now: Date.UTC(2026, 1, 6, 15),
    timeZone: 'UTC',
    texts: en,
    schedules: () => [],
    program: { node: '/usr/bin/node', script: '/usr/local/bin/monitor' },
  };
}

const program = buildProgram(
  contextThat(() => {}),
  () => {},
);

function optionsOf(command: Command): string[] {
  const options = command.options.flatMap(({ flags, hidden }) => (hidden ? [] : [flags]));
  return [...options, ...command.registeredArguments.map((argument) => `<${argument.name()}>`)];
}

/** The part of docs/commands.md about a command. */
function sectionOf(command: Command): string {
  const [, section = ''] = textOf('docs/commands.md').split(`\n## monitor ${command.name()}\n`);
  return section.split('\n## ')[0] ?? '';
}

/** The rows of the tables with such a head: the first column without its backticks, and the whole row. */
function rowsOf(text: string, head: string): [names: string, row: string][] {
  return text.split('\n\n').flatMap((table) => {
    const [first = '', , ...rows] = table.split('\n');
    if (!first.startsWith('|') || !first.includes(head)) return [];
    return rows.map((row): [string, string] => {
      const [, names = ''] = row.replaceAll('\\|', '¦').split('|');
      return [names.replaceAll('¦', '|').replaceAll('`', '').trim(), row];
    });
  });
}

test('docs/commands.md names every command, and no other', () => {
  const named = [...textOf('docs/commands.md').matchAll(/^## monitor (\S+)$/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(program.commands.map((command) => command.name()).toSorted());
});

describe.each(program.commands.map((command) => [command.name(), command] as const))(
  '%s',
  (_name, command) => {
    test('has every option in docs/commands.md, and no other', () => {
      const named = rowsOf(sectionOf(command), 'option').map(([names]) => names);
      expect(named.toSorted()).toEqual(optionsOf(command).toSorted());
    });

    test('has every default, choice and environment variable there', () => {
      const rows = new Map(rowsOf(sectionOf(command), 'option'));
      for (const { flags, defaultValue, negate, argChoices, envVar } of command.options) {
        const values = negate || defaultValue === undefined ? [] : [defaultValue].flat().map(String);
        for (const word of [...values, ...(argChoices ?? []), ...(envVar ? [envVar] : [])]) {
          expect(rows.get(flags), `${flags}: ${word}`).toContain(`\`${word}\``);
        }
      }
    });
  },
);

test.each(['README.md', 'docs/commands.md'])('%s has every exit code, and no other', (path) => {
  const codes = rowsOf(textOf(path), 'exit code').map(([code]) => Number(code));
  expect(codes).toEqual(Object.values(ExitCode));
});

test.each(DOCS)('the commands in %s have the options that they are called with', (path) => {
  const calls = textOf(path).matchAll(
    /(?:monitor|bin\/monitor\.js) ([a-z]+(?:-[a-z]+)?)((?: (?!&&)[^\n`]*?)?)(?= &&|`|\n|$)/g,
  );
  for (const [call, name, rest = ''] of calls) {
    const command = program.commands.find((candidate) => candidate.name() === name);
    const flags = rest.match(/--[a-z-]+/g) ?? [];
    if (flags.length > 0) expect(command, call).toBeDefined();
    const known = command?.options.flatMap((option) => option.flags.match(/--[a-z-]+/g) ?? []) ?? [];
    expect([...known, '--help'], call).toEqual(expect.arrayContaining(flags));
  }
});

/** Console blocks: a command behind `$ `, and what it prints. */
function examplesOf(path: string): [command: string, output: string][] {
  return [...textOf(path).matchAll(/```console\n\$ monitor (.*)\n([^]*?)```/g)].map(
    ([, command = '', output = '']) => [command, output],
  );
}

const documented = DOCS.filter((path) => examplesOf(path).length > 0);

test.each(documented)('the examples in %s are what the program prints', async (path) => {
  const place = join(folder, path.replaceAll(/\W/g, '-'));
  mkdirSync(place);
  process.chdir(place);
  const prices = priceFileIn(path);
  if (prices !== undefined) writeFileSync('prices.json', prices);
  for (const [command, output] of examplesOf(path)) {
    let printed = '';
    const argv = command.split(' ').map((word) => word.replace(LOGS, logs));
    await main(
      argv,
      contextThat((text) => (printed += text)),
    );
    const said = printed.replaceAll(logs, LOGS);
    if (process.env['UPDATE_DOCS']) updateExample(path, command, output, said);
    else if (argv.includes('--json')) expectJson(JSON.parse(said), JSON.parse(output), command);
    else expectText(said, output, command);
  }
  process.chdir(home);
});

/** `UPDATE_DOCS=1 npx vitest run test/docs.test.ts` writes what the program prints into the examples; read the diff. */
function updateExample(path: string, command: string, output: string, said: string): void {
  const isJson = command.includes('--json');
  const updated = isJson
    ? `${JSON.stringify(updatedJson(JSON.parse(said), JSON.parse(output)), null, 2)}\n`
    : updatedText(said, output);
  if (isJson && isSameJson(JSON.parse(updated), JSON.parse(output))) return;
  const file = join(home, path);
  const block = (text: string) => `\`\`\`console\n$ monitor ${command}\n${text}\`\`\``;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(block(output), () => block(updated)),
  );
}

function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What is printed, left off where it was. */
function updatedJson(actual: unknown, shown: unknown): unknown {
  if (typeof shown === 'string' && shown.endsWith('…') && typeof actual === 'string') return shown;
  if (Array.isArray(shown) && Array.isArray(actual)) {
    const isCut = shown.at(-1) === '…';
    const items = isCut ? shown.slice(0, -1) : actual;
    const updated = items.map((_, i) => updatedJson(actual[i], shown[i]));
    return isCut ? [...updated, '…'] : updated;
  }
  if (!isRecord(shown) || !isRecord(actual)) return actual;
  return Object.fromEntries(
    Object.entries(actual).map(([key, value]) => [key, updatedJson(value, shown[key])]),
  );
}

/** Lines between two `…` are those that begin alike. */
function updatedText(actual: string, shown: string): string {
  const lines = actual.split('\n');
  if (!shown.split('\n').includes('…')) return actual;
  let at = 0;
  const updated = shown.split('\n').map((line) => {
    if (line === '…' || lines.slice(at).includes(line)) {
      if (line !== '…') at = lines.indexOf(line, at) + 1;
      return line;
    }
    const like = lines.findIndex((one, i) => i >= at && one.slice(0, 12) === line.slice(0, 12));
    if (like < 0) return line;
    at = like + 1;
    return lines[like];
  });
  return updated.join('\n');
}

/** A line `…` stands for any lines: what stands around it must come in this order, from the start to the end. */
function expectText(actual: string, shown: string, where: string): void {
  const parts = `\n${shown}`.split('\n…\n');
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const text = i === 0 ? part.slice(1) : part;
    const found = i === parts.length - 1 ? actual.length - text.length : actual.indexOf(text, at);
    const isThere = found >= at && actual.startsWith(text, found) && (i > 0 || found === 0);
    expect(isThere ? text : actual.slice(at), where).toBe(text);
    at = found + text.length;
  }
}

/** A text may end in `…`, and a list in an item `…`: the rest was left off. */
function expectJson(actual: unknown, shown: unknown, where: string): void {
  if (typeof shown === 'string' && shown.endsWith('…') && typeof actual === 'string') {
    expect(actual.startsWith(shown.slice(0, -1)), `${where}: ${shown}`).toBe(true);
  } else if (Array.isArray(shown) && Array.isArray(actual)) {
    const isCut = shown.at(-1) === '…' && actual.length >= shown.length;
    const items = isCut ? shown.slice(0, -1) : shown;
    if (!isCut) expect(actual.length, where).toBe(items.length);
    for (const [i, item] of items.entries()) expectJson(actual[i], item, `${where} [${i}]`);
  } else if (isRecord(shown) && isRecord(actual)) {
    expect(Object.keys(actual), where).toEqual(Object.keys(shown));
    for (const [key, value] of Object.entries(shown)) expectJson(actual[key], value, `${where} ${key}`);
  } else {
    expect(actual, where).toEqual(shown);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

test('docs/commands.md explains every key of its JSON documents', () => {
  for (const [command, output] of examplesOf('docs/commands.md')) {
    if (!command.includes('--json')) continue;
    for (const key of keysOf(JSON.parse(output))) {
      // A code of a currency.
      if (/^[A-Z]{3}$/.test(key)) continue;
      expect(textOf('docs/commands.md'), command).toContain(`\`${key}\``);
    }
  }
});

/** Keys of the program's own; what a log says keeps its names. */
/** What the log says, and reasons that docs/cost.md lists. */
const LOGGED = /^(messages|tool_calls|attributes|access_log|bound_reasons|.*_details)$/;

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key].concat(LOGGED.test(key) ? [] : keysOf(inner)));
}

function priceFileIn(path: string): string | undefined {
  return /```json\n(\{\s*"models"[^]*?)```/.exec(textOf(path))?.[1];
}

test('the price file of docs/cost.md is one', async () => {
  const file = await parsePriceFile(priceFileIn('docs/cost.md') ?? '', 'docs/cost.md');
  expect(file.groups.length).toBeGreaterThan(1);
});

test('the patterns of docs/privacy.md are a file of patterns, and every kind stands there', async () => {
  const text = textOf('docs/privacy.md');
  const [, file = ''] = /```json\n([^]*?)```/.exec(text) ?? [];
  expect((await parsePatternFile(file, 'docs/privacy.md')).length).toBe(2);
  const named = rowsOf(text, 'kind').flatMap(([kinds]) => kinds.split(', '));
  const kinds = patternsOf(REDACT_KINDS).flatMap(({ kind, kinds: several }) => several ?? [kind]);
  expect(named.toSorted()).toEqual([...new Set(kinds)].toSorted());
});

test.each(DOCS)('the links of %s lead somewhere', (path) => {
  for (const [, link = ''] of textOf(path).matchAll(/\]\(([^)#]+)\)/g)) {
    if (!link.startsWith('https://')) expect(() => readFileSync(join(home, path, '..', link))).not.toThrow();
  }
});
