// What npm publishes of package.json: without the script `prepare`, which builds a clone after `npm ci` and which nobody
// who installs the package needs. npm runs this before it packs, and with --undo afterwards.
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const FILE = 'package.json';
/** The whole one, while npm packs. If npm was killed: `node scripts/published-manifest.mjs --undo`. */
const WHOLE = '.package.whole.json';

/** The text of the package.json that is published. */
export function publishedManifest(text) {
  const { scripts, ...manifest } = JSON.parse(text);
  const { prepare: _, ...others } = scripts;
  return `${JSON.stringify({ ...manifest, scripts: others }, null, 2)}\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  if (argv[2] === '--undo') renameSync(WHOLE, FILE);
  else {
    copyFileSync(FILE, WHOLE);
    writeFileSync(FILE, publishedManifest(readFileSync(FILE, 'utf8')));
  }
}
