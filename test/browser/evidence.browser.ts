/** What was shown or looked for is remembered, but says nothing of what the visitor wants. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Interaction } from '../../src/index.ts';
import type { Pack } from '../../worker/pack/pack.ts';
import { openVisitor } from '../../worker/visitor.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, open, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
/** What a store and an index answer. */
declare function getAll(query?: IDBValidKey | IDBKeyRange | null, count?: number): IDBRequest<unknown[]>;

const impressions = (count: number): Interaction[] =>
  Array.from({ length: count }, (_, place) => ({
    type: 'impression',
    item: `item-${place % 12}`,
    list: `list-${place}`,
    position: place % 12,
    placement: 'home',
  }));

test('two thousand impressions change no list and crowd out no purchase', async () => {
  const name = freshName();
  const { recluse } = await open(server, { name });
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const before = await recluse.recommend({ limit: 12 });
  await recluse.track(impressions(2000));
  const after = await recluse.recommend({ limit: 12 });
  expect(ids(after)).toEqual(ids(before));
  expect(after.interactions).toBe(1);
  await recluse.close();
  const { recluse: again } = await shop({ name });
  await again.ready();
  const next = await again.recommend({ limit: 12 });
  expect(ids(next)).toEqual(ids(before));
  expect(next.interactions).toBe(1);
  expect((await again.status()).storage.interactions).toBe(2001);
});

test('what was merely shown is not read when the visitor comes back, however much of it there is', async () => {
  const name = `visitor-${crypto.randomUUID()}`;
  const events = { onChange() {}, onProblem() {} };
  const { manifest } = await tinyPack();
  const rowOf = new Map(Array.from({ length: 12 }, (_, row) => [`item-${row}`, row]));
  const pack = { manifest, rowOf } as unknown as Pack;
  const before = openVisitor(name, events);
  await before.track(
    Array.from({ length: 8 }, (_, time) => ({ type: 'view', item: `item-${time}`, time })),
    8,
  );
  await before.track([{ type: 'dislike', item: 'item-9', time: 9 }], 9);
  await before.track(impressions(3000), 10);
  await before.track([{ type: 'purchase', item: 'item-1', time: 11 }], 11);
  await before.close();
  let read = 0;
  for (const { prototype } of [IDBObjectStore, IDBIndex] as { prototype: { getAll: typeof getAll } }[]) {
    const { getAll } = prototype;
    vi.spyOn(prototype, 'getAll').mockImplementation(function (this: unknown, ...given) {
      const request = Reflect.apply(getAll, this, given);
      request.addEventListener('success', () => {
        read += request.result.length;
      });
      return request;
    });
  }
  const visitor = openVisitor(name, events);
  const { interactions: known } = await visitor.known(pack);
  await visitor.close();
  // The pack's history holds five: the purchase and the four newest views; opinions besides.
  expect(known.map(({ type, item }) => `${type} ${item}`)).toEqual([
    'view item-4',
    'view item-5',
    'view item-6',
    'view item-7',
    'dislike item-9',
    'purchase item-1',
  ]);
  expect(read).toBeLessThan(30);
});

test('a page that shows its list again when it has changed does not do so for ever', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  let changes = 0;
  recluse.on('change', ({ reason }) => {
    if (reason === 'interactions') changes += 1;
  });
  await recluse.track(impressions(12));
  await recluse.track({ type: 'search', query: 'tea' });
  await recluse.track({ type: 'purchase', item: 'item-4' });
  await expect.poll(() => changes).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(changes).toBe(1);
});

test('a search is kept with its query and without an item', async () => {
  const { recluse } = await shop();
  await recluse.track({ type: 'search', query: 'oat milk' });
  expect(await recluse.history()).toMatchObject([{ type: 'search', query: 'oat milk', item: '' }]);
});

test('a pack that gives impressions a weight has them counted', async () => {
  const weighing = await tinyPack({
    changeManifest(manifest) {
      manifest.eventTypes.push({ ...manifest.eventTypes[0]!, name: 'impression' });
    },
  });
  server.files = weighing.files;
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'impression', item: 'item-4', list: 'l', position: 0 });
  expect((await recluse.recommend()).interactions).toBe(1);
});
