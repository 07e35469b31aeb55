import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeFolder } from './platform/make.ts';

/** The folders that may import all others, and so need no rule. */
const TOP = ['cli'];

const CONFIG = '.oxlintrc.json';
const RULE = 'no-restricted-imports';

interface Group {
  group: string[];
  message: string;
}

interface Config {
  overrides: { files: string[]; rules: Record<string, unknown> }[];
}

/** What may not be imported from a folder of src, and what the linter says of it. */
interface Layer {
  folder: string;
  groups: Group[];
}

const folders = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const layers: Layer[] = (JSON.parse(readFileSync(CONFIG, 'utf8')) as Config).overrides.flatMap(
  ({ files, rules }) => {
    const rule = rules[RULE] as [string, { patterns: Group[] }] | undefined;
    return rule ? files.map((glob) => ({ folder: folderOf(glob), groups: rule[1].patterns })) : [];
  },
);

/** `store` of `src/store/**`, the files of a rule, and of what it forbids, which begins with two stars. */
function folderOf(glob: string): string {
  const [, folder] = /^(?:src|\*\*)\/([\w-]+)\/\*\*$/.exec(glob) ?? [];
  if (folder === undefined) throw new Error(`${glob} is not of the form src/<folder>/**`);
  return folder;
}

const forbiddenIn = ({ groups }: Layer): string[] => groups.flatMap(({ group }) => group.map(folderOf));

const permittedIn = (layer: Layer): string[] => {
  const forbidden = forbiddenIn(layer);
  return folders.filter((folder) => folder !== layer.folder && !forbidden.includes(folder));
};

interface Diagnostic {
  code: string;
  help: string;
  filename: string;
}

/** Lints a folder that holds these files, by the project's rules. */
function lint(files: ReadonlyMap<string, string>): Diagnostic[] {
  const folder = makeFolder();
  writeFileSync(join(folder, CONFIG), readFileSync(CONFIG));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const args = [resolve('node_modules/oxlint/bin/oxlint'), '--format', 'json'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
}

/** The ways to import from a file, each in one line. */
const FORMS: readonly (readonly [string, (path: string) => string])[] = [
  ['value', (path) => `import { x } from '${path}';\nexport const y = x;\n`],
  ['type', (path) => `import type { X } from '${path}';\nexport type Y = X;\n`],
  ['export', (path) => `export { x } from '${path}';\n`],
  ['dynamic', (path) => `export const y = await import('${path}');\n`],
];

describe('the rules of the linter', () => {
  test('cover every folder of src but those at the top, each once', () => {
    expect([...layers.map(({ folder }) => folder), ...TOP].toSorted()).toEqual(folders.toSorted());
  });

  test('forbid folders that exist', () => {
    for (const layer of layers)
      expect(folders, `a rule of ${layer.folder}`).toEqual(expect.arrayContaining(forbiddenIn(layer)));
  });

  test('let no two folders import each other', () => {
    const mutual = layers.flatMap((layer) =>
      layers
        .filter(
          (other) => permittedIn(layer).includes(other.folder) && permittedIn(other).includes(layer.folder),
        )
        .map((other) => `${layer.folder} and ${other.folder}`),
    );
    expect(mutual).toEqual([]);
    expect(layers.filter((layer) => permittedIn(layer).some((folder) => TOP.includes(folder)))).toEqual([]);
  });

  test('name in their messages just what may be imported', () => {
    for (const layer of layers) {
      for (const { message } of layer.groups) {
        const [, named] = /may import (.*?)(?: only)?$/.exec(message) ?? [];
        expect(named?.split(/, | and /).toSorted() ?? [], message).toEqual(permittedIn(layer).toSorted());
      }
    }
  });
});

interface Planted {
  path: string;
  text: string;
  /** What the linter must say; nothing where the import is permitted. */
  said: string[];
}

/** An import of each other folder, in each form, from a file of the layer and from a deeper one. */
const plantedIn = (layer: Layer): Planted[] =>
  folders
    .filter((folder) => folder !== layer.folder)
    .flatMap((folder) =>
      FORMS.flatMap(([form, textOf]) =>
        ['', 'deeper/'].map((depth) => ({
          path: `src/${layer.folder}/${depth}${folder}-${form}.ts`,
          text: textOf(`${depth === '' ? '..' : '../..'}/${folder}/target.ts`),
          said: layer.groups
            .filter(({ group }) => group.map(folderOf).includes(folder))
            .map(({ message }) => `eslint(${RULE}): ${message}`),
        })),
      ),
    );

describe('a planted import', () => {
  let found: Diagnostic[];

  beforeAll(() => {
    found = lint(new Map(layers.flatMap(plantedIn).map(({ path, text }) => [path, text])));
  });

  test.each(layers)('in $folder is refused, or let through, as its rule has it', (layer) => {
    const planted = plantedIn(layer);
    expect(planted.some(({ said }) => said.length > 0)).toBe(true);
    for (const { path, said } of planted) {
      const messages = found
        .filter(({ filename }) => filename === path)
        .map(({ code, help }) => `${code}: ${help}`);
      expect(messages, path).toEqual(said);
    }
  });
});

describe('circles of imports', () => {
  test.each(FORMS.slice(0, 3))('the linter finds one that is closed by the form: %s', (_, textOf) => {
    const found = lint(
      new Map([
        ['src/store/a.ts', textOf('./b.ts')],
        ['src/store/b.ts', textOf('./a.ts')],
      ]),
    );
    expect(found.map(({ code, filename }) => [code, filename]).toSorted()).toEqual([
      ['import(no-cycle)', 'src/store/a.ts'],
      ['import(no-cycle)', 'src/store/b.ts'],
    ]);
  });

  test('src has none, not even through import(), which the linter does not follow', () => {
    const sources = readdirSync('src', { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('src', name));
    const imports = new Map(sources.map((path) => [path, importsOf(path)]));
    expect(imports.size).toBeGreaterThan(300);
    expect(circleIn(imports)).toEqual([]);
  });
});

/** The files that a file imports, in whatever form. */
function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport\(|^import) ?'(\.[^']+\.ts)'/gm)].map(([, target = '']) =>
    join(dirname(path), target),
  );
}

/** The first circle in a graph; empty where there is none. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const from = (path: string, above: readonly string[]): string[] => {
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of imports.get(path) ?? []) {
      const circle = from(next, [...above, path]);
      if (circle.length > 0) return circle;
    }
    done.add(path);
    return [];
  };
  for (const path of imports.keys()) {
    const circle = from(path, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
