import { expect, test } from 'vitest';
import type { RecluseError, Rule } from '../../src/index.ts';
import type { PackServer } from './support/pack-server.ts';
import { shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

let server: PackServer;
const shop = shopsOf(
  () => tinyPack(),
  (fresh) => {
    server = fresh;
  },
);

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('this should have been refused')),
    (error: unknown) => error as RecluseError,
  );
const cats = ['item-2', 'item-5', 'item-8', 'item-11'];

test('what a shop does not want to show is in no list, and what it pins stands where it should', async () => {
  const { recluse } = await shop();
  await recluse.rules([
    { kind: 'filter', where: { not: { category: 'Cats' } } },
    { kind: 'pin', name: 'week', position: 1, items: ['item-0'], placements: ['home'] },
  ]);
  const home = await recluse.recommend({ limit: 12, placement: 'home', explain: true });
  expect(ids(home)).toHaveLength(8);
  expect(home.short).toBe('rules');
  expect(home.items[1]).toMatchObject({
    id: 'item-0',
    reasons: expect.arrayContaining([{ kind: 'rule', rule: 'week', text: 'put here by the shop (week)' }]),
  });
  await recluse.ready();
  for (const list of [
    home,
    await recluse.recommend({ limit: 12 }),
    await recluse.popular({ limit: 12 }),
    await recluse.similar('item-1', { limit: 12, by: 'together' }),
    await recluse.rerank([...cats, 'item-1', 'item-3']),
  ]) {
    expect(ids(list).length).toBeGreaterThan(0);
    expect(ids(list).some((id) => cats.includes(id))).toBe(false);
  }
  await recluse.rules([]);
  expect(ids(await recluse.recommend({ limit: 12 }))).toHaveLength(12);
});

test('a list has rules of its own besides those of all lists', async () => {
  const { recluse } = await shop({ rules: [{ kind: 'filter', where: { price: { lt: 6 } } }] });
  const list = await recluse.recommend({
    limit: 12,
    rules: [{ kind: 'cap', attribute: 'category', most: 1 }],
  });
  expect(list.items).toHaveLength(3);
  expect(ids(list).every((id) => Number(id.slice(5)) < 6)).toBe(true);
  expect(ids(await recluse.recommend({ limit: 12 }))).toHaveLength(5);
});

test('rules hold after the worker has died', async () => {
  const { recluse, workers } = await shop();
  await recluse.rules([{ kind: 'filter', where: { category: 'Cats' } }]);
  workers[0]!.terminate();
  const list = recluse.recommend({ limit: 12 });
  expect(ids(await list).sort()).toEqual([...cats].sort());
  expect(workers).toHaveLength(2);
}, 30_000);

test('a wrong rule is refused with its place, and the rules that held go on holding', async () => {
  const { recluse } = await shop();
  await recluse.rules([{ kind: 'filter', where: { category: 'Cats' } }]);
  await recluse.items();
  const wrong = (rule: unknown) => failure(recluse.rules([{ kind: 'bury', where: {} }, rule as Rule]));
  expect(await wrong({ kind: 'bury', where: { colour: 'red' } })).toMatchObject({
    code: 'invalid-argument',
    details: { field: 'rules[1].where.colour' },
  });
  expect(await wrong({ kind: 'bury', where: { price: { lt: Number.NaN } } })).toMatchObject({
    code: 'invalid-argument',
    details: { field: 'rules[1].where.price.lt' },
  });
  expect(await wrong({ kind: 'bury', where: {}, until: 'soon' })).toMatchObject({
    details: { field: 'rules[1].until' },
  });
  expect(ids(await recluse.recommend({ limit: 12 })).sort()).toEqual([...cats].sort());
});

test('a filter that leaves nothing gives an empty list that says so', async () => {
  const { recluse } = await shop();
  const nothing = { price: { lt: 0 } };
  expect(await recluse.recommend({ filter: nothing })).toMatchObject({ items: [], short: 'filter' });
  expect(await recluse.recommend({ rules: [{ kind: 'filter', where: nothing }] })).toMatchObject({
    items: [],
    short: 'rules',
  });
  expect(await recluse.recommend({ limit: 0 })).toMatchObject({ items: [] });
  expect((await recluse.recommend({ limit: 1e9, filter: { price: { gte: 5 } } })).items).toHaveLength(7);
});

test('a filter on the catalogue waits for the catalogue', async () => {
  const { recluse } = await shop();
  expect((await recluse.recommend({ filter: { price: { gte: 5 } } })).items).toHaveLength(7);
  const { recluse: without } = await shop({ catalogue: false });
  expect(await failure(without.recommend({ filter: { price: { gte: 5 } } }))).toMatchObject({
    code: 'catalogue-missing',
    details: { field: 'filter.price' },
  });
});

test('rules that come with the pack hold from the first list on, also where the page wants no catalogue', async () => {
  const { files } = await tinyPack({
    rules: [
      { kind: 'filter', where: { price: { lt: 6 } } },
      { kind: 'pin', name: 'of the pack', position: 0, items: ['item-5'], placements: ['home'] },
      { kind: 'bury', where: {}, until: '2001-01-01' },
      { kind: 'filter', where: { colour: 'red' } },
    ],
  });
  server.files = files;
  for (const catalogue of [true, false]) {
    const { recluse, problems } = await shop({ catalogue });
    const list = await recluse.recommend({ limit: 12, placement: 'home' });
    expect(ids(list).sort()).toEqual(['item-1', 'item-2', 'item-3', 'item-4', 'item-5']);
    expect((await recluse.recommend({ placement: 'home' })).items[0]!.id).toBe('item-5');
    expect(ids(await recluse.popular({ limit: 12 }))).toHaveLength(5);
    // A rule that nobody can follow is told of, and the lists go on.
    await expect.poll(() => problems).toMatchObject([{ code: 'pack-damaged' }]);
  }
});
