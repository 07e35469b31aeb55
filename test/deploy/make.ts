import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const FOLDER = 'deploy/kubernetes';

export interface Manifest {
  /** The file's name, and the document's number in it: `site.yaml 2`. */
  name: string;
  document: Document;
}

export interface Document {
  apiVersion?: string;
  kind?: string;
  metadata?: { name: string; namespace?: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
  data?: Record<string, string>;
}

export interface Container {
  name: string;
  command?: string[];
  args?: string[];
  volumeMounts: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
  securityContext: Record<string, unknown>;
}

export interface PodSpec {
  securityContext?: Record<string, unknown>;
  containers: Container[];
  volumes?: ({ name: string } & Record<string, unknown>)[];
}

/** Each document of deploy/kubernetes. YAML with a repeated key, a bad anchor or a tab throws. */
export function readManifests(): Manifest[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  return files.toSorted().flatMap((file) =>
    parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8'), { strict: true }).map((document, i) => {
      const [problem] = [...document.errors, ...document.warnings];
      if (problem) throw new Error(`${file}: ${problem.message}`);
      return { name: `${file} ${i + 1}`, document: document.toJS() as Document };
    }),
  );
}

/** The pods that a document describes: none or one. */
export function podsOf({ spec }: Document): PodSpec[] {
  if (typeof spec !== 'object') return [];
  if ('jobTemplate' in spec) return podsOf(spec['jobTemplate'] as Document);
  return 'template' in spec ? [(spec['template'] as { spec: PodSpec }).spec] : [];
}

/** The container of this name in a file. */
export function containerOf(file: string, container: string): Container {
  const pods = readManifests().flatMap(({ name, document }) =>
    name.startsWith(`${file} `) ? podsOf(document) : [],
  );
  const found = pods.flatMap(({ containers }) => containers).find(({ name }) => name === container);
  if (!found) throw new Error(`no container ${container} in ${file}`);
  return found;
}
