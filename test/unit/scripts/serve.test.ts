import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { contentSecurityPolicy, serve } from '../../../scripts/serve.mjs';

let home: string;
let folder: string;
const open: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'recluse-serve-'));
  folder = join(home, 'site');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await mkdir(join(folder, 'pack'));
  await Promise.all([
    writeFile(join(home, 'secret.txt'), 'not yours'),
    writeFile(join(folder, 'index.html'), 'the shop'),
    writeFile(join(folder, 'assets', 'ort-DcHrbrbl.wasm'), 'wasm'),
    writeFile(join(folder, 'assets', 'main-Dk3_x9Qa.js'), 'script'),
    writeFile(join(folder, 'pack', 'encoder-0a1b2c3d.onnx'), 'graph'),
    writeFile(join(folder, 'pack', 'manifest.json'), '{}'),
    writeFile(join(folder, 'shop.webmanifest'), '{}'),
  ]);
});
afterEach(() => Promise.all(open.splice(0).map((server) => server.stop())));
afterAll(() => rm(home, { recursive: true }));

async function serving(options: Partial<Parameters<typeof serve>[0]> = {}) {
  const served = await serve({ folder, ...options });
  open.push(served);
  return served;
}

test.each([
  ['assets/main-Dk3_x9Qa.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['assets/ort-DcHrbrbl.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
  ['pack/encoder-0a1b2c3d.onnx', 'application/octet-stream', 'public, max-age=31536000, immutable'],
  ['pack/manifest.json', 'application/json; charset=utf-8', 'no-cache'],
  ['shop.webmanifest', 'application/manifest+json; charset=utf-8', 'no-cache'],
  ['', 'text/html; charset=utf-8', 'no-cache'],
])('/%s comes as %s and is kept: %s', async (path, type, kept) => {
  const { url } = await serving();
  const { headers } = await fetch(url + path);
  expect(headers.get('content-type')).toBe(type);
  expect(headers.get('cache-control')).toBe(kept);
  expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy);
});

test("the shop's own routes are the shop, a missing file is missing", async () => {
  const { url } = await serving();
  expect(await (await fetch(`${url}product/42`)).text()).toBe('the shop');
  expect((await fetch(`${url}assets/gone.js`)).status).toBe(404);
});

test('nothing outside the folder is given away', async () => {
  const { url } = await serving();
  for (const path of ['..%2fsecret.txt', '%2e%2e/secret.txt', 'assets/..%2f..%2fsecret.txt', '%00', '%'])
    expect(await (await fetch(url + path)).text()).not.toBe('not yours');
});

test('an unchanged page is not sent twice', async () => {
  const { url } = await serving();
  const tag = (await fetch(url)).headers.get('etag') ?? '';
  expect((await fetch(url, { headers: { 'if-none-match': tag } })).status).toBe(304);
});

test('both names of this machine answer', async () => {
  const { port } = await serving();
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  expect((await fetch(`http://localhost:${port}/`)).status).toBe(200);
});

test('a taken port is an error, or the next one is taken', async () => {
  const { port } = await serving();
  await expect(serve({ folder, port })).rejects.toThrow('EADDRINUSE');
  expect((await serving({ port, orNext: true })).port).toBeGreaterThan(port);
});

test('after a stop nobody answers, not even on a connection that was kept', async () => {
  const { url, stop } = await serving();
  await (await fetch(url)).text();
  await stop();
  await expect(fetch(url)).rejects.toThrow();
});

test('every request is told', async () => {
  const seen: string[] = [];
  const { url } = await serving({ onRequest: (path) => seen.push(path) });
  await fetch(`${url}pack/manifest.json?x=1`);
  expect(seen).toEqual(['/pack/manifest.json?x=1']);
});
