// The bundle contains other people's code, and their licences must be distributed with it: this puts them into one
// file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Licences that allow code to be bundled if their text is included. */
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
 * The licences of the packages that `inputs` (the paths in esbuild's metafile) belong to, sorted by name. Throws if the
 * licence of a package is not in the list, or has no text.
 */
export function licencesOf(inputs) {
  return packagesOf(inputs)
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The packages that `inputs` belong to, sorted by their folder: name, version, licence. */
export function packagesOf(inputs) {
  const folders = new Set(inputs.filter((path) => path.includes('node_modules/')).map(packageFolder));
  return [...folders].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { folder, name, version, license };
  });
}

/** The package of a file: the nearest folder above it whose package.json has a name and a version. */
function packageFolder(path) {
  for (let folder = dirname(path); folder.includes('node_modules'); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (name !== undefined && version !== undefined) return folder;
  }
  throw new Error(`${path} does not belong to a package`);
}

function licenceOf({ folder, name, version, license }) {
  if (!ALLOWED.has(license))
    throw new Error(`${name} is under '${license}', which is not in the list of scripts/licences.mjs`);
  const file = readdirSync(folder).find((found) =>
    /^(?:licen[cs]e|copying)(?:-mit)?(?:\.(?:md|txt|markdown))?$/i.test(found),
  );
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
