/** From popular lists to the full model, with ONNX Runtime and two graphs whose results are known. */
import { expect, test } from 'vitest';
import blenderUrl from './graphs/blender.onnx?url';
import encoderUrl from './graphs/encoder.onnx?url';
import type { PackServer } from './support/pack-server.ts';
import { freshName, open, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const packWithModel = async (edition = 'First') =>
  tinyPack({ edition, graphs: { encoder: await bytes(encoderUrl), blender: await bytes(blenderUrl) } });

let server: PackServer;
const shop = shopsOf(
  () => packWithModel(),
  (fresh) => {
    server = fresh;
  },
);

test('lists come from the linear tier until the model has started, then from the model', async () => {
  const { recluse } = await shop();
  const told: string[] = [];
  recluse.on('change', ({ reason, status }) => {
    if (reason === 'source') told.push(String(status.source));
  });
  await recluse.items();
  expect((await recluse.recommend()).source).toBe('linear');
  await recluse.ready();
  const list = await recluse.recommend({ limit: 12 });
  expect(list).toMatchObject({ source: 'model' });
  expect(list.items).toHaveLength(12);
  await expect.poll(() => told.at(-1)).toBe('model');
  expect(await recluse.status()).toMatchObject({
    phase: 'ready',
    source: 'model',
    backend: { scoring: 'simd', model: 'wasm' },
    problems: [],
  });
});

test('the parts of a score add up to it', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const { items } = await recluse.recommend({ explain: true });
  for (const { score, parts } of items)
    expect(Object.values(parts!).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 3);
});

test('a lower tier can be asked for, to compare', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  expect((await recluse.recommend({ source: 'linear' })).source).toBe('linear');
  expect((await recluse.recommend({ source: 'popular' })).source).toBe('popular');
});

test('items alike by taste wait for the item rows', async () => {
  const { recluse } = await shop();
  const list = await recluse.similar('item-4', { by: 'taste', limit: 3 });
  expect(list.source).toBe('model');
  expect(list.items).toHaveLength(3);
});

test('the model is there at the second visit without a request but for the manifest', async () => {
  const name = freshName();
  const first = await open(server, { name });
  await first.recluse.ready();
  await first.recluse.close();
  server.requests.length = 0;
  const { recluse } = await shop({ name });
  await recluse.ready();
  expect((await recluse.recommend()).source).toBe('model');
  expect(server.requests).toEqual(['manifest.json']);
  // ONNX Runtime's WebAssembly came out of the cache as well.
  expect((await recluse.status()).network.requests).toBe(1);
});

test('without a server the second visit still has the model', async () => {
  const name = freshName();
  const first = await open(server, { name });
  await first.recluse.ready();
  await first.recluse.close();
  server.mode = 'down';
  const { recluse } = await shop({ name });
  await recluse.ready();
  expect((await recluse.recommend()).source).toBe('model');
  expect((await recluse.status()).problems).toMatchObject([{ code: 'pack-unreachable' }]);
});

test('a server that never answers does not keep the shop from being ready', async () => {
  const name = freshName();
  const first = await open(server, { name });
  await first.recluse.ready();
  await first.recluse.close();
  server.mode = 'silent';
  const { recluse } = await shop({ name });
  const list = await recluse.recommend();
  expect(list.source).toBe('linear');
  await recluse.ready();
  expect((await recluse.recommend()).source).toBe('model');
});

test('while a new pack is on its way, lists come from the old one without waiting', async () => {
  const name = freshName();
  const first = await open(server, { name });
  await first.recluse.ready();
  const old = (await first.recluse.status()).pack?.version;
  await first.recluse.close();
  // The new pack's manifest arrives, its catalogue does not.
  const second = await packWithModel('Second');
  const { path } = second.manifest.files.catalogue!;
  const held = second.files.get(path)!;
  server.files = second.files;
  server.hold.add(path);
  const { recluse } = await shop({ name });
  await expect.poll(() => server.requests).toContain(path);
  const list = await recluse.recommend();
  expect(list).toMatchObject({ pack: old, source: 'linear' });
  expect(list.milliseconds).toBeLessThan(200);
  server.hold.delete(path);
  expect(held.byteLength).toBeGreaterThan(0);
  await recluse.ready();
  expect(await recluse.recommend()).toMatchObject({ pack: second.manifest.version, source: 'model' });
});

test('a site that stops at the linear tier never asks for rows, graphs or ONNX Runtime', async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  await recluse.ready();
  expect((await recluse.recommend()).source).toBe('linear');
  expect(server.requests.some((path) => /^(rows|encoder|blender)/.test(path))).toBe(false);
  expect((await recluse.status()).network.requests).toBe(server.requests.length);
});
