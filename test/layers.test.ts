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

/** The rule of a folder of src. */
interface Layer {
  folder: string;
  /** Folders that may not be imported. */
  groups: Group[];
  /** Folders of which one file alone may be: `**\/store/index/*` and `!**\/store/index/index.ts`. */
  doors: Group[];
}

const folders = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const layers: Layer[] = (JSON.parse(readFileSync(CONFIG, 'utf8')) as Config).overrides.flatMap(
  ({ files, rules }) => {
    const [, { patterns = [] } = {}] = (rules[RULE] ?? []) as [string?, { patterns?: Group[] }?];
    const isDoor = ({ group }: Group): boolean => group.some((glob) => glob.startsWith('!'));
    return files
      .filter(() => patterns.length > 0)
      .map((glob) => ({
        folder: folderOf(glob),
        groups: patterns.filter((group) => !isDoor(group)),
        doors: patterns.filter(isDoor),
      }));
  },
);

// The folder in `src/store/**`, the files of a rule, and in `**/store/**`, which a rule forbids.
function folderOf(glob: string): string {
  const [, folder] = /^(?:src|\*\*)\/([\w-]+)\/\*\*$/.exec(glob) ?? [];
  if (folder === undefined) throw new Error(`${glob} is not of the form src/<folder>/** or **/<folder>/**`);
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

/** Imports of a path below src in each form, from a file of the layer and from one in a deeper folder. */
const plant = (layer: Layer, target: string, messages: string[]): Planted[] =>
  FORMS.flatMap(([form, textOf]) =>
    ['', 'deeper/'].map((depth) => ({
      path: `src/${layer.folder}/${depth}${target.replaceAll(/\W/g, '-')}-${form}.ts`,
      text: textOf(`${depth === '' ? '..' : '../..'}/${target}`),
      said: messages.map((message) => `eslint(${RULE}): ${message}`),
    })),
  );

const plantedIn = (layer: Layer): Planted[] => [
  ...folders
    .filter((folder) => folder !== layer.folder)
    .flatMap((folder) => {
      const against = layer.groups.filter(({ group }) => group.map(folderOf).includes(folder));
      return plant(
        layer,
        `${folder}/target.ts`,
        against.map(({ message }) => message),
      );
    }),
  ...layer.doors.flatMap(({ group, message }) =>
    group.flatMap((glob) => {
      const path = glob.replace(/^!?\*\*\//, '');
      return glob.startsWith('!')
        ? plant(layer, path, [])
        : plant(layer, path.replace('*', 'a.ts'), [message]);
    }),
  ),
];

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
