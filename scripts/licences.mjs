// The bundle carries other people's code, whose licences want to be handed on with it: their texts in one file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Licences under which code may be bundled when their text goes with it. */
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
]);

/**
 * The text for packages of which `inputs` (paths, as esbuild's metafile names them) were bundled, in the order of
 * their names. Throws where one has no licence of the list, or no text.
 */
export function licencesOf(inputs) {
  const folders = new Set(inputs.filter((path) => path.includes('node_modules/')).map(packageFolder));
  return [...folders]
    .toSorted()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The package that holds a file: the nearest folder above it whose package.json has a name and a version. */
function packageFolder(path) {
  for (let folder = dirname(path); folder.includes('node_modules'); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (name !== undefined && version !== undefined) return folder;
  }
  throw new Error(`${path} belongs to no package`);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!ALLOWED.has(license))
    throw new Error(`${name} is under '${license}', which scripts/licences.mjs does not know`);
  const file = readdirSync(folder).find((found) =>
    /^(?:licen[cs]e|copying)(?:-mit)?(?:\.(?:md|txt|markdown))?$/i.test(found),
  );
  if (file === undefined) throw new Error(`${name} has no file with its licence`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
