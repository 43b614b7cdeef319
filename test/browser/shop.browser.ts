import { afterEach, expect, test } from 'vitest';
import type { Recommender } from '../../src/index.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, open, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);
const left: Recommender[] = [];
afterEach(async () => {
  for (const recluse of left.splice(0)) await recluse.close();
});

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('this should have been refused')),
    (error: unknown) => error,
  );

/** Every kind of list that we make, as long as can be. */
const everyList = (recluse: Recommender) =>
  Promise.all([
    recluse.recommend({ limit: 99 }),
    recluse.recommend({ limit: 99, source: 'popular' }),
    recluse.recommend({ limit: 99, filter: { category: 'Food' } }),
    recluse.popular({ limit: 99 }),
    recluse.popular({ limit: 99, category: 'Fruit' }),
    recluse.similar('item-2', { limit: 99, by: 'together' }),
    recluse.searchByTaste('First', { limit: 99 }),
    recluse.trending({ limit: 99 }),
    recluse.buyAgain({ limit: 99 }),
  ]);

test('an item that is out of stock is in no list until it is back', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-3' });
  const before = await everyList(recluse);
  // All but what rises.
  expect(before.filter((list) => ids(list).includes('item-3'))).toHaveLength(8);
  await recluse.update({ 'item-3': { available: false } });
  for (const list of await everyList(recluse)) expect(ids(list)).not.toContain('item-3');
  expect(await recluse.items(['item-3', 'item-4'])).toMatchObject([{ available: false }, { id: 'item-4' }]);
  // A list that the app brings is the app's business.
  expect(ids(await recluse.rerank(['item-3', 'item-4'])).sort()).toEqual(['item-3', 'item-4']);
  await recluse.update({ 'item-3': null });
  const after = await everyList(recluse);
  expect(after.map(ids)).toEqual(before.map(ids));
});

test('a price that the shop changes counts in conditions and is shown', async () => {
  const { recluse } = await shop();
  await recluse.update({ 'item-9': { price: 0.99 } });
  expect(ids(await recluse.recommend({ filter: { price: { lt: 1 } } }))).toEqual(['item-9']);
  expect((await recluse.items(['item-9']))[0]).toMatchObject({ price: 0.99 });
  await recluse.update({ 'item-9': { price: null } });
  expect((await recluse.items(['item-9']))[0]).toMatchObject({ price: 9.5 });
});

test('what the shop said is there again at the next visit, and gone with the next pack if it was to be', async () => {
  const name = freshName();
  const first = await open(server, { name });
  await first.recluse.update({ 'item-3': { available: false } });
  await first.recluse.update({ 'item-4': { price: 1 } }, { untilNextPack: true });
  await first.recluse.addItems([{ id: 'kept', title: 'Kept', categories: ['Cats'] }], { keep: true });
  await first.recluse.addItems([{ id: 'fleeting', title: 'Fleeting', categories: ['Cats'] }]);
  expect(ids(await first.recluse.popular({ category: 'Cats', limit: 99 }))).toEqual(
    expect.arrayContaining(['kept', 'fleeting']),
  );
  await first.recluse.close();

  const second = await open(server, { name });
  const cats = ids(await second.recluse.popular({ category: 'Cats', limit: 99 }));
  expect(cats).toContain('kept');
  expect(cats).not.toContain('fleeting');
  expect(ids(await second.recluse.popular({ limit: 99 }))).not.toContain('item-3');
  expect((await second.recluse.items(['item-4']))[0]).toMatchObject({ price: 1 });
  await second.recluse.close();

  server.files = (await tinyPack({ edition: 'Second' })).files;
  const third = await open(server, { name });
  left.push(third.recluse);
  await third.recluse.ready();
  expect((await third.recluse.items(['item-4']))[0]).toMatchObject({ title: 'Second item-4', price: 4.5 });
  expect(ids(await third.recluse.recommend({ limit: 99 }))).not.toContain('item-3');
  expect(ids(await third.recluse.popular({ category: 'Cats', limit: 99 }))).toContain('kept');
  // Nothing of it is about the visitor: forgetting them leaves the shop as it is.
  await third.recluse.forget('everything');
  expect(ids(await third.recluse.recommend({ limit: 99 }))).not.toContain('item-3');
});

test('what the shop says in one tab holds in the others at once, and they are told', async () => {
  const name = freshName();
  const [here, there] = [await open(server, { name }), await open(server, { name })];
  left.push(here.recluse, there.recluse);
  await Promise.all([here.recluse.ready(), there.recluse.ready()]);
  await there.recluse.addItems([{ id: 'own', title: 'Of this tab', categories: ['Cats'] }]);
  const reasons: string[] = [];
  there.recluse.on('change', ({ reason }) => reasons.push(reason));
  await here.recluse.update({ 'item-3': { available: false } });
  await expect.poll(() => reasons).toContain('shop');
  for (const list of await everyList(there.recluse)) expect(ids(list)).not.toContain('item-3');
  await here.recluse.update({ 'item-3': null });
  await expect
    .poll(async () => ids(await there.recluse.popular({ category: 'Cats', limit: 99 })))
    .toEqual(expect.arrayContaining(['own']));
  await expect.poll(async () => ids(await there.recluse.recommend({ limit: 99 }))).toContain('item-3');
});

test('an item that the pack does not know is recommended to whoever likes its kind, at once', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const before = await recluse.recommend({ limit: 99 });
  const placeOfNew = ({ items }: { items: { id: string }[] }) => items.findIndex(({ id }) => id === 'new');
  const changed = new Promise<void>((resolve) => {
    recluse.on('change', ({ reason }) => reason === 'shop' && resolve());
  });
  await recluse.addItems([
    {
      id: 'new',
      title: 'First new coffee',
      categories: ['Food', 'Coffee'],
      brand: 'Acme',
      price: 2,
      attributes: { size: '9 oz' },
    },
  ]);
  await changed;
  const stranger = await recluse.recommend({ limit: 99 });
  expect(ids(stranger).filter((id) => id !== 'new')).toEqual(ids(before));
  await recluse.track(['item-1', 'item-4', 'item-7'].map((item) => ({ type: 'purchase', item })));
  const list = await recluse.recommend({ limit: 99, mode: 'discover', explain: true });
  const liked = await recluse.recommend({ limit: 99, exclude: ['item-1', 'item-4', 'item-7'] });
  const unliked = ids(stranger).filter((id) => !['item-1', 'item-4', 'item-7'].includes(id));
  expect(placeOfNew(liked)).toBeLessThan(unliked.indexOf('new'));
  const { reasons } = list.items.find(({ id }) => id === 'new')!;
  expect(reasons!.length).toBeGreaterThan(0);
  expect(ids(await recluse.similar('new', { by: 'together' })).length).toBeGreaterThan(0);
  expect(ids(await recluse.rerank(['item-0', 'new']))).toContain('new');
  expect(
    ids(await recluse.recommend({ filter: { brand: 'Acme', size: '9 oz', category: 'Coffee' } })),
  ).toEqual(['new']);
  expect(await recluse.items(['new'])).toEqual([
    {
      id: 'new',
      title: 'First new coffee',
      categories: ['Food', 'Coffee'],
      price: 2,
      brand: 'Acme',
      attributes: { size: '9 oz' },
    },
  ]);
  await recluse.track({ type: 'purchase', item: 'new' });
  expect(ids(await recluse.recommend({ mode: 'repeat', limit: 99 }))).toContain('new');
});

test('added items are still there when the worker has died', async () => {
  const { recluse, workers } = await shop();
  await recluse.addItems([{ id: 'new', title: 'New', categories: ['Cats'] }]);
  workers[0]!.terminate();
  expect(ids(await recluse.popular({ category: 'Cats', limit: 99 }))).toContain('new');
  expect(workers).toHaveLength(2);
}, 30_000);

test('a shop that says nothing leaves no cache of its own, and what it takes back is gone from the disk', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await recluse.ready();
  const mine = `recluse-shop:${name}`;
  expect(await caches.has(mine)).toBe(false);
  await recluse.update({ 'item-1': { available: false } });
  expect((await (await caches.open(mine)).keys()).length).toBe(1);
  await recluse.update({ 'item-1': null });
  expect((await (await caches.open(mine)).keys()).length).toBe(0);
});

test('a wrong update or item is refused, and nothing of the call holds', async () => {
  const { recluse } = await shop();
  expect(
    await failure(recluse.update({ 'item-1': { available: false }, 'item-2': { price: Number.NaN } })),
  ).toMatchObject({ code: 'invalid-argument', details: { field: 'updates.item-2.price' } });
  expect(
    await failure(
      recluse.addItems([
        { id: 'a', title: 'A', categories: ['Cats'] },
        { id: 'b', title: 'B', categories: [] },
      ]),
    ),
  ).toMatchObject({ code: 'invalid-argument', details: { field: 'items[1].categories' } });
  const all = ids(await recluse.recommend({ limit: 99 }));
  expect(all).toHaveLength(12);
  expect(all).toContain('item-1');
});

test('a shop that is sold out gives empty lists, not errors', async () => {
  const { recluse } = await shop();
  await recluse.update(
    Object.fromEntries(Array.from({ length: 12 }, (_, row) => [`item-${row}`, { available: false }])),
  );
  for (const list of await everyList(recluse)) expect(list.items).toEqual([]);
});
