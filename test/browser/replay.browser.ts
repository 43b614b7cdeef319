/** What a list would be without something that the visitor did, and what that something does to it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import blenderUrl from './graphs/blender.onnx?url';
import encoderUrl from './graphs/encoder.onnx?url';
import { shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const shop = shopsOf(
  async () => tinyPack({ graphs: { encoder: await bytes(encoderUrl), blender: await bytes(blenderUrl) } }),
  () => {},
);

const hour = 3_600_000;
const items = Array.from({ length: 12 }, (_, row) => `item-${row}`);
/** Far more than the five events of the pack's history, so that older ones come in where newer are left out. */
const pasts = fc
  .array(
    fc.record({ item: fc.constantFrom(...items), type: fc.constantFrom('view', 'purchase', 'dislike') }),
    {
      minLength: 1,
      maxLength: 24,
    },
  )
  .map((events) =>
    events.map((event, at) => ({
      ...event,
      id: `event-${at}`,
      time: Date.now() - (events.length - at) * hour,
    })),
  );

interface Told {
  items: { id: string; score: number }[];
  interactions: number;
}

/** Same ids in the same order, and scores to a ten-thousandth: moments pass between two lists, and interests fade. */
function expectSame(one: Told, other: Told): void {
  expect(one.interactions).toBe(other.interactions);
  expect(one.items.map(({ id }) => id)).toEqual(other.items.map(({ id }) => id));
  one.items.forEach(({ score }, place) => {
    const { score: expected } = other.items[place]!;
    expect(Math.abs(score - expected)).toBeLessThanOrEqual(1e-4 * Math.abs(expected) + 1e-5);
  });
}

test.each(['linear', 'model'] as const)(
  'a list of the %s tier without an item is the list after the item is really forgotten',
  { timeout: 60_000 },
  async (source) => {
    const { recluse } = await shop();
    await recluse.ready();
    await fc.assert(
      fc.asyncProperty(pasts, fc.constantFrom(...items), async (past, item) => {
        await recluse.forget('everything');
        await recluse.track(past);
        const without = await recluse.recommend({ limit: 12, source, without: { item } });
        await recluse.forget({ item });
        const forgotten = await recluse.recommend({ limit: 12, source });
        expectSame(without, forgotten);
      }),
      { numRuns: 15 },
    );
  },
);

test('a list without certain interactions is the list after they are really forgotten, and asking forgets nothing', {
  timeout: 60_000,
}, async () => {
  const { recluse } = await shop({ upTo: 'linear' });
  await recluse.items();
  await fc.assert(
    fc.asyncProperty(pasts, fc.array(fc.nat({ max: 23 }), { maxLength: 8 }), async (past, left) => {
      await recluse.forget('everything');
      await recluse.track(past);
      const ids = [...new Set(left)].map((at) => `event-${at}`);
      const before = await recluse.recommend({ limit: 12 });
      const without = await recluse.recommend({ limit: 12, without: ids });
      expectSame(await recluse.recommend({ limit: 12 }), before);
      expect(await recluse.history()).toHaveLength(past.length);
      for (const interaction of ids) await recluse.forget({ interaction });
      expectSame(without, await recluse.recommend({ limit: 12 }));
    }),
    { numRuns: 15 },
  );
});

test('a full explanation says what each item of the past does to each score, as a list without it has it', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track([
    { type: 'purchase', item: 'item-4', time: Date.now() - 50 * hour },
    { type: 'purchase', item: 'item-7', time: Date.now() - 20 * hour },
    { type: 'view', item: 'item-1', time: Date.now() - hour },
  ]);
  const list = await recluse.recommend({ limit: 6, explain: 'full' });
  expect(list.source).toBe('model');
  let told = 0;
  for (const item of ['item-4', 'item-7', 'item-1']) {
    const without = await recluse.rerank(items, { without: { item } });
    for (const { id, score, influences } of list.items) {
      const change = influences!.find((one) => one.item === item)?.change ?? 0;
      const expected = score - without.items.find((one) => one.id === id)!.score;
      expect(Math.abs(change - expected)).toBeLessThanOrEqual(1e-4 * Math.abs(score) + 1e-5);
      if (change !== 0) told++;
    }
  }
  expect(told).toBeGreaterThan(0);
  const [first] = list.items;
  expect(first!.influences![0]!.text).toMatch(/ speaks (for|against) it$/);
  const sizes = first!.influences!.map(({ change }) => Math.abs(change));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  // The cheap explanation has none.
  const [cheap] = (await recluse.recommend({ limit: 6, explain: true })).items;
  expect(cheap!.influences).toBeUndefined();
  expect(cheap!.reasons).toEqual(first!.reasons);
});

test('a visitor of whom nothing is known gets a full explanation without influences', async () => {
  const { recluse } = await shop({ upTo: 'popular' });
  const { items } = await recluse.recommend({ explain: 'full' });
  expect(items.length).toBeGreaterThan(0);
  for (const { influences } of items) expect(influences).toEqual([]);
});
