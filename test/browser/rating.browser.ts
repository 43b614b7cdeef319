/** How many stars a visitor would give: by the pack's own graph in a real browser, equal to what the trainer says. */
import { expect, test, vi } from 'vitest';
import type { Interaction } from '../../src/contract.ts';
import type { Recommender } from '../../src/index.ts';
import golden from '../golden/rating.json' with { type: 'json' };
import ratingUrl from '../golden/rating.onnx?url';
import blenderUrl from './graphs/blender.onnx?url';
import calibratedUrl from './graphs/calibrated-blender.onnx?url';
import encoderUrl from './graphs/encoder.onnx?url';
import type { PackServer } from './support/pack-server.ts';
import { shopsOf } from './support/shop-of-tests.ts';
import { brokenGraphs, type TinyPack, type TinyPackOptions, tinyPack } from './support/tiny-pack.ts';

const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());

/** A pack that promises expected ratings, and probabilities only where asked for. */
async function ratedPack({
  calibrated = false,
  ...options
}: { calibrated?: boolean } & TinyPackOptions = {}): Promise<TinyPack> {
  return tinyPack({
    graphs: {
      encoder: await bytes(encoderUrl),
      blender: await bytes(calibrated ? calibratedUrl : blenderUrl),
    },
    ratingGraph: await bytes(ratingUrl),
    changeManifest(manifest) {
      if (calibrated) manifest.blender = { ...manifest.blender!, probability: 'basket' };
    },
    ...options,
  });
}

// ONNX Runtime starts anew for each test, which takes a busy machine its time.
vi.setConfig({ testTimeout: 60_000 });

let server: PackServer;
const shop = shopsOf(
  () => ratedPack(),
  (fresh) => {
    server = fresh;
  },
);

const films = Array.from({ length: 12 }, (_, row) => `item-${row}`);
const stars = (item: string, value: number): Interaction => ({ type: 'rating', item, value });
const rating = async (recluse: Recommender, item: string) => (await recluse.predict([item]))[0]!.rating!;

test('a film that fans of its kind rate highly is expected to get more stars, and says how sure it is', async () => {
  const { recluse } = await shop();
  // Even films are of one kind, odd ones of the other.
  const before = await rating(recluse, 'item-6');
  const stranger = await rating(recluse, 'item-7');
  await recluse.track([stars('item-0', 5), stars('item-2', 5), stars('item-4', 4.5), stars('item-1', 2)]);
  const after = await rating(recluse, 'item-6');
  expect(after.expected).toBeGreaterThan(before.expected + 0.3);
  expect((await rating(recluse, 'item-7')).expected).toBeLessThan(stranger.expected - 0.3);
  // Who has rated some films is known better than who has rated none.
  expect(after.deviation).toBeLessThan(before.deviation);
  expect(after.deviation).toBeGreaterThan(0);
});

test('the browser expects what the trainer expects, to a thousandth of a star', async () => {
  const { recluse } = await shop();
  for (const { name, input, expected } of golden.cases) {
    await recluse.forget('everything');
    await recluse.track(input as Interaction[]);
    const predictions = await recluse.predict(films);
    expect(predictions.map(({ item }) => item)).toEqual(films);
    predictions.forEach(({ rating }, row) => {
      const what = `${name}, film ${row}`;
      expect(Math.abs(rating!.expected - expected.expected[row]!), what).toBeLessThan(1e-3);
      expect(Math.abs(rating!.deviation - expected.deviation[row]!), what).toBeLessThan(1e-3);
    });
  }
});

test('purchases and views with values are no ratings, and a rating that is forgotten counts no more', async () => {
  const { recluse } = await shop();
  const before = await rating(recluse, 'item-6');
  await recluse.track([
    { type: 'purchase', item: 'item-0', value: 5 },
    { type: 'view', item: 'item-2', value: 5 },
    { type: 'rating', item: 'item-4' },
  ]);
  expect(await rating(recluse, 'item-6')).toEqual(before);
  await recluse.track(stars('item-0', 1));
  expect((await rating(recluse, 'item-6')).expected).toBeLessThan(before.expected);
  await recluse.forget({ item: 'item-0' });
  expect(await rating(recluse, 'item-6')).toEqual(before);
});

test('ratings count however much was viewed since', async () => {
  const { recluse } = await shop();
  const given = [stars('item-0', 5), stars('item-2', 5)];
  // The pack's history holds five events.
  const views = Array.from({ length: 60 }, (_, place) => ({ type: 'view', item: films[place % 12]! }));
  await recluse.track([...given, ...views]);
  const later = await rating(recluse, 'item-6');
  await recluse.forget('everything');
  await recluse.track(given);
  expect(await rating(recluse, 'item-6')).toEqual(later);
});

test('a pack without probabilities says stars alone', async () => {
  const { recluse } = await shop();
  expect(await recluse.predict(['item-3'])).toEqual([
    { item: 'item-3', rating: { expected: expect.any(Number), deviation: expect.any(Number) } },
  ]);
});

test('a pack that knows both says both, in one call', async () => {
  server.files = (await ratedPack({ calibrated: true })).files;
  const { recluse } = await shop();
  const [both] = await recluse.predict(['item-3']);
  expect(both).toEqual({
    item: 'item-3',
    probability: expect.any(Number),
    rating: { expected: expect.any(Number), deviation: expect.any(Number) },
  });
});

test('the files of expected ratings come with the pack: asking for stars fetches nothing', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const { requests } = (await recluse.status()).network;
  expect(server.requests.filter((path) => /^rating/.test(path))).toHaveLength(2);
  await rating(recluse, 'item-3');
  expect((await recluse.status()).network.requests).toBe(requests);
});

test('a site that stops at the linear tier has no stars, and fetches nothing for them', async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  await expect(recluse.predict(['item-1'])).rejects.toMatchObject({ code: 'prediction-missing' });
  await recluse.ready();
  expect(server.requests.some((path) => /^rating/.test(path))).toBe(false);
});

test('a graph of ratings that does not start leaves probabilities and lists as they are', async () => {
  server.files = (await ratedPack({ calibrated: true, ratingGraph: brokenGraphs.encoder })).files;
  const { recluse } = await shop();
  const [prediction] = await recluse.predict(['item-3']);
  expect(prediction).toEqual({ item: 'item-3', probability: expect.any(Number) });
  const { source, problems } = await recluse.status();
  expect(source).toBe('model');
  expect(problems.map(({ code }) => code)).toEqual(['model-unavailable']);
});

test('a graph of ratings that does not start, where nothing else was promised, is an error, and lists go on', async () => {
  server.files = (await ratedPack({ ratingGraph: brokenGraphs.encoder })).files;
  const { recluse } = await shop();
  await expect(recluse.predict(['item-3'])).rejects.toMatchObject({ code: 'model-unavailable' });
  expect((await recluse.recommend()).items.length).toBeGreaterThan(0);
});
