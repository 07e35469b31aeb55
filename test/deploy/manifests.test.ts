import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { DaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { podsOf, readManifests, type Document, type PodSpec } from './make.ts';

const KINDS = { CronJob, DaemonSet, Deployment, ConfigMap, PersistentVolumeClaim, Service };

const manifests = readManifests();
const whole = manifests.filter(({ name }) => !name.includes('-patch'));
const patches = manifests.filter(({ name }) => name.includes('-patch'));
const pods = manifests.flatMap(({ name, document }) => podsOf(document).map((pod) => ({ name, pod })));

/** The user of each pod's container. Only root may read the logs that kubelet keeps; a patch may add to its pod. */
const USERS: Readonly<Record<string, number | undefined>> = {
  'cronjob.yaml 1': 65532,
  'daemonset.yaml 1': 0,
  'push-patch.yaml 1': undefined,
  'sidecar-patch.yaml 1': 1337,
  'site.yaml 2': 101,
};

/** A patch as a whole document: laid over what it is for, in the way of a strategic merge. */
function laidOver({ spec }: Document, kind: string): Document {
  const base: Document = {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'patched' },
    spec: { selector: { matchLabels: { app: 'x' } } },
  };
  const { template } = spec as { template: { spec: PodSpec } };
  const metadata = { labels: { app: 'x' } };
  return { ...base, spec: { ...base.spec, template: { metadata, spec: template.spec } } };
}

const documents = [
  ...whole,
  ...patches.map(({ name, document }) => ({
    name,
    document: laidOver(document, name.startsWith('push') ? 'DaemonSet' : 'Deployment'),
  })),
];

test('there are documents to check', () => {
  expect(whole.map(({ document }) => document.kind).toSorted()).toEqual([
    'ConfigMap',
    'CronJob',
    'DaemonSet',
    'Deployment',
    'PersistentVolumeClaim',
    'Service',
  ]);
  expect(patches).toHaveLength(2);
});

describe('by the schemas of Kubernetes', () => {
  test.each(documents)('$name is valid', ({ document }) => {
    const Kind = KINDS[document.kind as keyof typeof KINDS];
    new Kind(document as never).validate();
  });

  // The schemas permit keys that they do not know, such as `readinessprobe`, and the server drops them. The types do not.
  test('no key is unknown', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'src'));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const source = documents.map(({ document: { apiVersion = '', kind = '', ...rest } }, i) => {
      const text = JSON.stringify({ apiVersion, kind, ...rest });
      return `import type { I${kind} as Kind${i} } from 'kubernetes-models/${apiVersion}/${kind}';\nexport const document${i}: Kind${i} = ${text};\n`;
    });
    const planted = `import type { IPod } from 'kubernetes-models/v1/Pod';\nexport const planted: IPod = {"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","readinessprobe":{}}]}};\n`;
    writeFileSync(join(folder, 'src/documents.ts'), [...source, planted].join(''));
    const { stdout } = spawnSync(
      process.execPath,
      [
        resolve('node_modules/typescript/bin/tsc'),
        ...'--noEmit --strict --skipLibCheck --module nodenext'.split(' '),
        join(folder, 'src/documents.ts'),
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    const problems = stdout.split('\n').filter((line) => line.includes('error TS'));
    expect(problems).toEqual([
      expect.stringContaining(`'"readinessprobe"' does not exist in type 'IContainer'`),
    ]);
  });
});

describe.each(pods)('the pod of $name', ({ name, pod }) => {
  test('mounts volumes that it has', () => {
    // What a patch leaves to the pod that it is for.
    const others = { 'sidecar-patch.yaml 1': ['log'], 'push-patch.yaml 1': ['data'] }[name] ?? [];
    const volumes = [...(pod.volumes ?? []).map((volume) => volume.name), ...others];
    for (const { volumeMounts } of pod.containers)
      for (const mount of volumeMounts) expect(volumes).toContain(mount.name);
  });

  test('may do as little as it can', () => {
    for (const { securityContext, volumeMounts } of pod.containers) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(securityContext).not.toHaveProperty('privileged');
      for (const { name: volume, readOnly } of volumeMounts)
        if (/^logs?$/.test(volume)) expect(readOnly).toBe(true);
    }
    const users = pod.containers.map(
      ({ securityContext }) => securityContext['runAsUser'] ?? pod.securityContext?.['runAsUser'],
    );
    expect(users).toEqual([USERS[name]]);
  });
});

test('what documents name is there, or is said to be made first', () => {
  const text = JSON.stringify(whole.map(({ document }) => document));
  const named = (key: string): string[] =>
    [
      ...new Set([...text.matchAll(new RegExp(`"${key}":"([^"]+)"`, 'g'))].map(([, found = '']) => found)),
    ].toSorted();
  const made = (kind: string): (string | undefined)[] =>
    whole.filter(({ document }) => document.kind === kind).map(({ document }) => document.metadata?.name);
  expect(named('claimName')).toEqual([...made('PersistentVolumeClaim'), 'higress-logs'].toSorted());
  expect(text).toContain(`"configMap":{"name":"${made('ConfigMap')[0]}"}`);
  expect(named('secretName')).toEqual(['sessions-htpasswd']);
});
