import { hashSync } from 'bcryptjs';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { canRun, environment, runMonitor, start, testUnless } from '../process/make.ts';
import { containerOf, readManifests } from './make.ts';

const FIXTURE = resolve('fixtures/access.log');

/** What the image holds, by its Dockerfile: /app, /usr/local/bin/monitor and /data, below a folder. */
function makeImage(): string {
  const root = makeFolder();
  const dockerfile = readFileSync('deploy/docker/Dockerfile', 'utf8');
  const [, copied = ''] = /cp -r (.+) \/image\/app\//.exec(dockerfile) ?? [];
  mkdirSync(join(root, 'app'));
  for (const name of copied.split(' ')) cpSync(name, join(root, 'app', name), { recursive: true });
  mkdirSync(join(root, 'bin'));
  symlinkSync('../app/bin/monitor.js', join(root, 'bin/monitor'));
  mkdirSync(join(root, 'data'));
  return root;
}

/** Runs the script of a container as its shell would, with its paths below the image's folder. */
function runContainer(root: string, file: string, name: string, env: Record<string, string> = {}) {
  const { command = [], args = [] } = containerOf(file, name);
  const [shell = '', flag = ''] = command;
  expect([shell, flag, args.length]).toEqual(['sh', '-c', 1]);
  const script = (args[0] ?? '')
    .replaceAll(/(\/var\/log|\/data)\b/g, (path) => join(root, path))
    .replaceAll('monitor serve', 'monitor serve --port 0')
    .replaceAll(/sleep \d+/g, 'sleep 0.2')
    .replace(/--url \S+/, '--url http://127.0.0.1:1 --retries 0');
  const path = `${join(root, 'bin')}:${environment.PATH}`;
  const child = spawn(shell, [flag, script], {
    env: { ...environment, PATH: path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(() => void (child.exitCode === null && child.pid && process.kill(-child.pid, 'SIGKILL')));
  const ran = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
  const ended = new Promise<{ code: number | null; signal: string | null; err: string }>((done) =>
    child.on('close', (code, signal) => done({ code, signal, err: ran.err })),
  );
  return { child, ended, ran };
}

/** Waits until a text has come. */
async function until(found: () => string | undefined): Promise<string> {
  for (;;) {
    const text = found();
    if (text !== undefined) return text;
    await setTimeout(50);
  }
}

/** The address that a server prints. */
const addressIn = (ran: { out: string }) => () => /^(http:\S+)/m.exec(ran.out)?.[1];

test('the CronJob says that there is no log, then parses and renders it, with what the image has', async () => {
  const root = makeImage();
  const { ran, ended } = runContainer(root, 'cronjob.yaml', 'monitor');
  const first = await ended;
  expect(first.code).not.toBe(0);
  expect(first.err).toContain('var/log/higress/access.log');
  expect(ran.out).toBe('');
  mkdirSync(join(root, 'var/log/higress'), { recursive: true });
  copyFileSync(FIXTURE, join(root, 'var/log/higress/access.log'));
  expect(await runContainer(root, 'cronjob.yaml', 'monitor').ended).toEqual({
    code: 0,
    signal: null,
    err: '',
  });
  expect(existsSync(join(root, 'data/site/index.html'))).toBe(true);
  const { code, out } = await runMonitor('list', '--json', '--data-dir', join(root, 'data/sessions'));
  expect(code).toBe(0);
  const { sessions } = JSON.parse(out) as { sessions: object[] };
  expect(sessions.length).toBeGreaterThan(0);
});

test('the sidecar waits for the log, serves the site, and ends on SIGTERM', async () => {
  const root = makeImage();
  const { child, ended, ran } = runContainer(root, 'sidecar-patch.yaml', 'monitor');
  await setTimeout(500);
  expect(ran).toEqual({ out: '', err: '' });
  mkdirSync(join(root, 'var/log/proxy'), { recursive: true });
  copyFileSync(FIXTURE, join(root, 'var/log/proxy/access.log'));
  const url = await until(addressIn(ran));
  const page = await fetch(url);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<h1>Overview</h1>');
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, signal: null, err: '' });
});

test('the sidecar ends on SIGTERM while it waits', async () => {
  const { child, ended } = runContainer(makeImage(), 'sidecar-patch.yaml', 'monitor');
  await setTimeout(500);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, err: '' });
});

test("the DaemonSet reads what kubelet keeps of a gateway's container, and knows the node", async () => {
  const root = makeImage();
  const pod = join(root, 'var/log/pods/higress-system_higress-gateway-7d9c_1b2c/higress-gateway');
  const links = join(root, 'var/log/containers');
  for (const folder of [pod, links]) mkdirSync(folder, { recursive: true });
  const lines = readFileSync(FIXTURE, 'utf8').trimEnd().split('\n');
  const wrapped = lines.map((text) => `2026-02-01T09:30:15.123456789Z stdout F ${text}\n`).join('');
  writeFileSync(join(pod, '0.log'), wrapped);
  symlinkSync(
    join(pod, '0.log'),
    join(links, 'higress-gateway-7d9c_higress-system_higress-gateway-0a1b.log'),
  );
  writeFileSync(join(links, 'coredns-1_kube-system_coredns-2.log'), '2026-02-01T09:30:15Z stdout F hello\n');
  const { child, ended, ran } = runContainer(root, 'daemonset.yaml', 'monitor', { NODE_NAME: 'node-1' });
  await until(addressIn(ran));
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, signal: null, err: '' });
  const plain = join(root, 'plain');
  // A copy, without the rotated logs that are beside the fixture.
  copyFileSync(FIXTURE, join(root, 'access.log'));
  await runMonitor('parse', '--log-path', join(root, 'access.log'), '--data-dir', plain);
  const totals = async (dir: string): Promise<unknown> => {
    const { out } = await runMonitor('stats-model', '--json', '--data-dir', dir);
    return (JSON.parse(out) as { total: unknown }).total;
  };
  const store = join(root, 'data/sessions');
  expect(await totals(store)).toEqual(await totals(plain));
  const { out } = await runMonitor('stats-gateway', '--data-dir', store);
  expect(out).toContain('node-1');
});

test('the push waits for a store, says what went wrong, and goes on', async () => {
  const root = makeImage();
  const { child, ended, ran } = runContainer(root, 'push-patch.yaml', 'push', {
    CLICKHOUSE_USER: 'monitor',
    CLICKHOUSE_PASSWORD: 'x',
  });
  await setTimeout(500);
  expect(ran).toEqual({ out: '', err: '' });
  await runMonitor('parse', '--log-path', FIXTURE, '--data-dir', join(root, 'data/sessions'));
  await until(() => (ran.err.split('cannot reach').length > 2 ? ran.err : undefined));
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
});

const nginx = testUnless(!canRun('nginx', '-v') && 'nginx is not installed');

nginx('nginx asks for a password, and serves the site as the manifest says', async () => {
  const root = makeFolder();
  const [store, site] = [join(root, 'store'), join(root, 'site')];
  await runMonitor('parse', '--log-path', FIXTURE, '--data-dir', store);
  expect(await runMonitor('render', '--data-dir', store, '--site-dir', site)).toMatchObject({ code: 0 });
  // nginx's workers have another user if the master is root.
  chmodSync(root, 0o755);
  writeFileSync(join(root, 'sessions.htpasswd'), `ana:${hashSync('secret', 4)}\n`);
  const port = 20_000 + (process.pid % 20_000);
  const { document } = readManifests().find(({ document: { kind } }) => kind === 'ConfigMap') ?? {};
  const server = (document?.data?.['default.conf'] ?? '')
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replace('/data/site', site)
    .replace('/etc/nginx/sessions', root);
  writeFileSync(
    join(root, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${root}/nginx.pid; error_log stderr;
    events {} http { types { text/html html; text/css css; text/javascript js; application/json json; }
    access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${root}/${kind};`).join(' ')}
    ${server} }`,
  );
  const child = spawn('nginx', ['-e', 'stderr', '-p', root, '-c', join(root, 'nginx.conf')], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  onTestFinished(() => void child.kill('SIGTERM'));
  const address = `http://127.0.0.1:${port}`;
  const authorization = `Basic ${Buffer.from('ana:secret').toString('base64')}`;
  const get = (path: string, headers: Record<string, string> = { authorization }): Promise<Response> =>
    fetch(`${address}${path}`, { headers });
  for (
    let tries = 0;
    !(await get('/healthz', {}).then(
      ({ ok }) => ok,
      () => false,
    ));
    tries++
  ) {
    if (child.exitCode !== null || tries > 200) throw new Error(said);
    await setTimeout(50);
  }
  expect((await get('/', {})).status).toBe(401);
  const page = await get('/');
  expect([page.status, page.headers.get('cache-control'), page.headers.get('content-encoding')]).toEqual([
    200,
    'no-cache',
    'gzip',
  ]);
  const [, style = ''] =
    /href="\.\/(assets\/[^"]*\.css[^"]*)"/.exec((await page.text()).replaceAll('&#x3D;', '=')) ?? [];
  const asset = await get(`/${style}`);
  expect([asset.status, asset.headers.get('cache-control')]).toEqual([
    200,
    'private, max-age=31536000, immutable',
  ]);
  expect((await get('/.manifest.json')).status).toBe(403);
  expect((await get('/assets/', {})).status).toBe(401);
});

const numbered = testUnless(process.getuid?.() !== 0 && 'only root may become another user');

numbered('doctor works for a user who is a mere number, and has no HOME', async () => {
  const root = makeImage();
  chmodSync(root, 0o755);
  copyFileSync(FIXTURE, join(root, 'access.log'));
  chownSync(join(root, 'data'), 65_532, 65_532);
  const asNumber = (...args: string[]) =>
    start('setpriv', [
      '--reuid=65532',
      '--regid=65532',
      '--clear-groups',
      'env',
      '--unset=HOME',
      process.execPath,
      join(root, 'app/bin/monitor.js'),
      ...args,
      '--data-dir',
      join(root, 'data/store'),
    ]).ended;
  expect(await asNumber('parse', '--quiet', '--log-path', join(root, 'access.log'))).toMatchObject({
    code: 0,
    err: '',
  });
  const { code, err, out } = await asNumber('doctor');
  expect([code, err]).toEqual([1, expect.stringMatching(/^monitor: to fix: /)]);
  expect(out).toContain(join(root, 'access.log'));
});
