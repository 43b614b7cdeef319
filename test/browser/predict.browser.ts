/** How likely an item is: from a pack whose blender is calibrated, and what is said where it is not. */
import { expect, test, vi } from 'vitest';
import { deviceHere } from '../../src/device.ts';
import blenderUrl from './graphs/blender.onnx?url';
import calibratedUrl from './graphs/calibrated-blender.onnx?url';
import encoderUrl from './graphs/encoder.onnx?url';
import type { PackServer } from './support/pack-server.ts';
import { shopsOf } from './support/shop-of-tests.ts';
import { brokenGraphs, type TinyPack, tinyPack } from './support/tiny-pack.ts';

const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());

/** A pack that promises probabilities; by default with a blender that gives them. */
async function calibratedPack(graphs?: typeof brokenGraphs): Promise<TinyPack> {
  return tinyPack({
    graphs: graphs ?? { encoder: await bytes(encoderUrl), blender: await bytes(calibratedUrl) },
    changeManifest(manifest) {
      manifest.blender = { ...manifest.blender!, probability: 'basket' };
    },
  });
}

let server: PackServer;
const shop = shopsOf(
  () => calibratedPack(),
  (fresh) => {
    server = fresh;
  },
);

test('predictions wait for the model, keep the order asked for and leave out what the pack does not know', async () => {
  const { recluse } = await shop();
  const predictions = await recluse.predict(['item-3', 'no such item', 'item-0', 'item-3']);
  expect(predictions.map(({ item }) => item)).toEqual(['item-3', 'item-0', 'item-3']);
  for (const { probability } of predictions) {
    expect(probability).toBeGreaterThan(0);
    expect(probability).toBeLessThan(1);
  }
  expect(await recluse.predict([])).toEqual([]);
});

test('a prediction is what the graph makes of the item’s score, so that a list by probability is a list by score', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track([
    { type: 'purchase', item: 'item-4' },
    { type: 'view', item: 'item-7' },
  ]);
  const { items } = await recluse.recommend({ limit: 12 });
  const predictions = await recluse.predict(items.map(({ id }) => id));
  predictions.forEach(({ item, probability }, place) => {
    expect(item).toBe(items[place]!.id);
    expect(probability).toBeCloseTo(1 / (1 + Math.exp(-items[place]!.score / 10)), 4);
  });
});

test('a prediction knows what was tracked before it and the context that the app gives', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const [before] = await recluse.predict(['item-5']);
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const [after] = await recluse.predict(['item-5']);
  expect(after!.probability).not.toBeCloseTo(before!.probability!, 5);
  const context = { hour: 3, weekday: 1 };
  const [town] = await recluse.predict(['item-5'], { context: { ...context, place: 'town' } });
  const [village] = await recluse.predict(['item-5'], { context: { ...context, place: 'village' } });
  expect(village!.probability).not.toBeCloseTo(town!.probability!, 5);
});

test('a pack that is not calibrated says so instead of guessing', async () => {
  server.files = (
    await tinyPack({ graphs: { encoder: await bytes(encoderUrl), blender: await bytes(blenderUrl) } })
  ).files;
  const { recluse } = await shop();
  await expect(recluse.predict(['item-1'])).rejects.toMatchObject({ code: 'prediction-missing' });
  expect((await recluse.recommend()).items.length).toBeGreaterThan(0);
});

test('a site that stops at the linear tier has no predictions, and fetches nothing for them', async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  await expect(recluse.predict(['item-1'])).rejects.toMatchObject({ code: 'prediction-missing' });
  await recluse.ready();
  expect(server.requests.some((path) => /^(rows|encoder|blender)/.test(path))).toBe(false);
});

test('a model that cannot be started is an error of its own kind, not an endless wait', async () => {
  server.files = (await calibratedPack(brokenGraphs)).files;
  const { recluse } = await shop();
  await expect(recluse.predict(['item-1'])).rejects.toMatchObject({ code: 'model-unavailable' });
});

test('what is no list of ids is refused by name, and a signal ends the waiting', async () => {
  const { recluse } = await shop();
  await expect(recluse.predict('item-1' as unknown as string[])).rejects.toMatchObject({
    code: 'invalid-argument',
    details: { field: 'ids' },
  });
  await expect(recluse.predict(['item-1'], { limit: 3 } as object)).rejects.toMatchObject({
    code: 'invalid-argument',
    details: { field: 'limit' },
  });
  await expect(recluse.predict(['item-1'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
  });
});

test('a pack that asks for the device learns from the page what the visitor holds', async () => {
  const asking = await tinyPack({
    graphs: { encoder: await bytes(encoderUrl), blender: await bytes(calibratedUrl) },
    changeManifest(manifest) {
      manifest.blender = { ...manifest.blender!, probability: 'basket' };
      manifest.context = manifest.context.with(2, { name: 'device', values: ['phone', 'tablet', 'desktop'] });
    },
  });
  server.files = asking.files;
  const { recluse } = await shop();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const moment = { hour: 3, weekday: 1 };
  const likely = async (context: Record<string, string | number>) =>
    (await recluse.predict(['item-5'], { context }))[0]!.probability!;
  // This browser has a mouse.
  expect(await likely(moment)).toBe(await likely({ ...moment, device: 'desktop' }));
  expect(await likely(moment)).not.toBeCloseTo(await likely({ ...moment, device: 'phone' }), 5);
});

test.each([
  ['phone', true, 390, 844],
  ['tablet', true, 820, 1180],
  ['desktop', false, 390, 844],
])('a %s is known by its pointer and its screen', (device, coarse, width, height) => {
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: query === '(pointer: coarse)' && coarse }));
  vi.stubGlobal('screen', { width, height });
  expect(deviceHere()).toBe(device);
  vi.unstubAllGlobals();
});
