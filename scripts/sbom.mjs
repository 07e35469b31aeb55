// What is bundled into the program, for those who look up whether a package has a known fault: CycloneDX 1.6. It has no
// time and no serial number, so the same sources give the same file.
import { readFileSync } from 'node:fs';

/** `packages`: name, version and licence of each package that is bundled. */
export function sbomOf(packages) {
  const { name, version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
  const program = component('application', { name, version, license });
  const libraries = packages.map((one) => component('library', one));
  const sbom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: program },
    components: libraries,
    dependencies: [
      { ref: program['bom-ref'], dependsOn: libraries.map((library) => library['bom-ref']) },
      ...libraries.map((library) => ({ ref: library['bom-ref'] })),
    ],
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

function component(type, { name, version, license }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { type, 'bom-ref': purl, name, version, licenses: [{ license: { id: license } }], purl };
}
