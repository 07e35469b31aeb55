import { hashSync } from 'bcryptjs';
import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { line } from '../cli/run.ts';
import { makeFolder } from '../platform/make.ts';
import { BIN, environment, runMonitor, start, startMonitor, type Started } from './make.ts';

const fixture = fileURLToPath(new URL('../../fixtures/access.log', import.meta.url));

interface Place {
  folder: string;
  log: string;
  args: string[];
}

function place(): Place {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  copyFileSync(fixture, log);
  const [store, site] = [join(folder, 'store'), join(folder, 'site')];
  return { folder, log, args: ['--log-path', log, '--data-dir', store, '--site-dir', site] };
}

/** Starts it, and waits for the address that it prints once there is a site. */
async function serve(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ started: Started; url: string }> {
  const all = ['serve', '--port', '0', ...args];
  const started = Object.keys(env).length === 0 ? startMonitor(...all) : start('env', [...Object.entries(env).map(([name, value]) => `${name}=${value}`), process.execPath, BIN, ...all]); // prettier-ignore
  onTestFinished(() => void started.child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve, reject) => {
    started.child.stdout?.on('data', (text: string) => {
      const found = /^(http:\S+)/m.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    void started.ended.then((ran) => reject(new Error(JSON.stringify(ran))));
  });
  return { started, url };
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request as it is: fetch would change the path and the Host. */
function get(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.on('error', reject).end();
  });
}

test('serves the site, and only the site', async () => {
  const { folder, args } = place();
  const { started, url } = await serve(args);
  const page = await get(url, '/');
  expect(page.status).toBe(200);
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  expect(page.body.toString()).toContain('<!doctype html>');
  const etag = page.headers.etag ?? '';
  expect((await get(url, '/', { 'if-none-match': etag })).status).toBe(304);
  const packed = await get(url, '/', { 'accept-encoding': 'gzip' });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.body).equals(page.body)).toBe(true);
  const style = /href="\.\/(assets\/site\.css[^"]*)"/.exec(page.body.toString())?.[1];
  const css = await get(url, `/${style?.replace('&#x3D;', '=')}`);
  expect(css.headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'private, max-age=31536000, immutable' }); // prettier-ignore

  const secret = join(folder, 'secret');
  mkdirSync(secret);
  writeFileSync(join(secret, 'file.html'), 'secret');
  symlinkSync(secret, join(folder, 'site', 'linked'));
  symlinkSync(join(secret, 'file.html'), join(folder, 'site', 'linked.html'));
  for (const path of [
    '/.monitor/head',
    '/%2emonitor/head',
    '/../secret/file.html',
    '/%2e%2e/secret/file.html',
    '/..%2fsecret%2ffile.html',
    '/assets/../../secret/file.html',
    '/linked/file.html',
    '/linked.html',
    '/%00',
    '/%',
    '//etc/passwd',
    '/nothing',
  ]) {
    // prettier-ignore
    const answer = await get(url, path);
    expect([path, answer.status], path).toEqual([path, 404]);
    expect(answer.body.toString()).toBe('There is no such page.\n');
  }
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', 'a@localhost'])
    expect((await get(url, '/', { host })).status, host).toBe(403);
  for (const host of ['localhost:99', '[::1]:80', '192.0.2.7', 'LOCALHOST'])
    expect((await get(url, '/', { host })).status, host).toBe(200);
  expect((await get(url, '/', {}, 'POST')).status).toBe(405);
  expect(started.child.exitCode).toBe(null);
});

test('answers at the addresses of the original', async () => {
  const { args } = place();
  const { url } = await serve(args);
  const json = async (path: string): Promise<Record<string, unknown>> => {
    const { status, headers, body } = await get(url, path);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    return { status, ...JSON.parse(body.toString()) };
  };
  expect(await json('/api/sessions')).toMatchObject({ status: 200, version: 1, total: 16 });
  expect(await json('/api/stats')).toMatchObject({ status: 200, version: 1 });
  expect(await json('/api/session?id=agent:main:main')).toMatchObject({
    status: 200,
    session_id: 'agent:main:main',
  });
  expect(await json('/api/session?id=nobody')).toMatchObject({ status: 404 });
  const found = await get(url, '/session?id=sess_ship');
  expect([found.status, found.headers.location]).toEqual([302, '/sessions/sess_shipper.html']);
  const open = await get(url, '/session?id=%0d%0aX:1');
  expect([open.status, open.headers.location]).toEqual([302, '/session/?id=%0d%0aX:1']);
});

test('shows a new round, and Ctrl-C ends it with nothing left behind', async () => {
  const { log, args } = place();
  const { started, url } = await serve([...args, '--refresh-interval', '1']);
  appendFileSync(
    log,
    line('2026-02-07T12:00:00.000Z', { session_id: 'brand-new', model: 'm', question: 'Q' }),
  );
  for (let attempt = 0; ; attempt++) {
    const { status } = await get(url, '/sessions/brand-new.html');
    if (status === 200) break;
    if (attempt > 300) throw new Error('the new session has no page');
    await setTimeout(100);
  }
  started.child.kill('SIGINT');
  const ran = await started.ended;
  expect([ran.code, ran.signal, ran.err]).toEqual([0, null, '']);
  expect((await runMonitor('parse', ...args.slice(0, 4))).code).toBe(0);
});

test('while another run holds the lock, it serves what is there', async () => {
  const { folder, args } = place();
  expect((await runMonitor('parse', ...args.slice(0, 4))).code).toBe(0);
  const holder = spawn('flock', [join(folder, 'store', '.lock'), 'sleep', '600'], { env: environment, detached: true }); // prettier-ignore
  onTestFinished(() => void process.kill(-(holder.pid ?? 0), 'SIGKILL'));
  await setTimeout(300);
  const { url } = await serve(args);
  expect((await get(url, '/sessions/sess_shipper.html')).status).toBe(200);
});

test('other machines need a password or a token', async () => {
  const { folder, args } = place();
  const wide = [...args, '--host', '0.0.0.0'];
  const open = await runMonitor('serve', ...wide);
  expect(open).toMatchObject({
    code: 2,
    err: 'monitor: --host 0.0.0.0 lets other machines read these conversations: add --password-file <file>, or set MONITOR_TOKEN\n',
  });
  const file = join(folder, 'passwords');
  writeFileSync(file, '# readers\nana:{SHA}abc\n');
  const wrong = await runMonitor('serve', ...wide, '--password-file', file);
  expect(wrong).toMatchObject({
    code: 2,
    err: `monitor: line 2 of ${file} is not a name and a bcrypt hash. Make the file with: htpasswd -B -c ${file} <name>\n`,
  });
  // As htpasswd -B writes it.
  writeFileSync(file, `ana:${hashSync('pass:wörd', 4).replace('$2b$', '$2y$')}\n`);
  const { url } = await serve([...wide, '--password-file', file]);
  const local = url.replace('0.0.0.0', '127.0.0.1');
  const basic = (text: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  });
  const none = await get(local, '/');
  expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Basic realm="Agent sessions", charset="UTF-8"']); // prettier-ignore
  expect((await get(local, '/', basic('ana:pass:wörd'))).status).toBe(200);
  expect((await get(local, '/', basic('ana:pass:wörd'))).status).toBe(200);
  for (const text of ['ana:pass', 'ana:', 'bob:pass:wörd', 'ana', ':'])
    expect((await get(local, '/index.html', basic(text))).status, text).toBe(401);
  expect((await get(local, '/.monitor/head', basic('ana:pass:wörd'))).status).toBe(404);
});

test('a token opens the site as a bearer, and as the password of any name', async () => {
  const { args } = place();
  const short = await start('env', ['MONITOR_TOKEN=short', process.execPath, BIN, 'serve', ...args]).ended;
  expect(short).toMatchObject({ code: 2 });
  expect(short.err).toContain('it must have at least 16 characters');
  const token = 'a-token-of-24-characters';
  const { url } = await serve(args, { MONITOR_TOKEN: token });
  const status = async (authorization?: string): Promise<number> =>
    (await get(url, '/', authorization === undefined ? {} : { authorization })).status;
  expect(await status()).toBe(401);
  expect(await status(`Bearer ${token}x`)).toBe(401);
  expect(await status(`Bearer ${token}`)).toBe(200);
  expect(await status(`Basic ${Buffer.from(`me:${token}`).toString('base64')}`)).toBe(200);
});

test('says why it cannot start', async () => {
  const { folder, args } = place();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(await runMonitor('serve', '--port', String(port), ...args)).toMatchObject({
    code: 74,
    err: `monitor: cannot listen on port ${port} of 127.0.0.1: another program uses it. Choose another one with --port\n`,
  });
  const missing = await runMonitor('serve', '--port', '0', '--log-path', join(folder, 'nothing.log'), ...args.slice(2)); // prettier-ignore
  expect(missing.code).toBe(74);
  expect(missing.err).toContain(`${join(folder, 'nothing.log')}`);
  expect(missing.out).toBe('');
});
