/** What goes into a visitor's past and comes out of it again, as the page asks for it. */
import Ajv from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import schema from '../../docs/export.schema.json';
import type { Interaction, RecluseError, Recommender, StoredInteraction } from '../../src/index.ts';
import { freshName, shopsOf } from './support/shop-of-tests.ts';
import { tinyPack } from './support/tiny-pack.ts';

const shop = shopsOf(
  () => tinyPack(),
  () => {},
);

const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('this should have been refused')),
    (error: unknown) => error as RecluseError,
  );
const day = 86_400_000;

/** Every list that there is, with all that it could show. */
async function everyList(recluse: Recommender): Promise<Record<string, string[]>> {
  const all = { limit: 100 };
  return {
    recommend: ids(await recluse.recommend(all)),
    discover: ids(await recluse.discover(all)),
    buyAgain: ids(await recluse.buyAgain(all)),
    search: ids(await recluse.searchByTaste('item', all)),
    rerank: ids(await recluse.rerank(['item-2', 'item-5', 'unknown', 'item-1'])),
    similar: ids(await recluse.similar('item-4', { ...all, by: 'together' })),
    boughtTogether: ids(await recluse.boughtTogether('item-4', all)),
    popular: ids(await recluse.popular(all)),
    trending: ids(await recluse.trending(all)),
  };
}

test('a hidden item appears in no list any more, until that is taken back', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-5' });
  const before = await everyList(recluse);
  // What was bought is no discovery, and not everything is on the rise.
  const { discover: _, trending: __, ...shown } = before;
  for (const [name, list] of Object.entries(shown)) expect(list, name).toContain('item-5');
  await recluse.track([
    { type: 'hide', item: 'item-5' },
    { type: 'hide', item: 'unknown' },
  ]);
  const after = await everyList(recluse);
  for (const list of Object.values(after)) expect(list).not.toContain('item-5');
  expect(after.rerank).not.toContain('unknown');
  expect(after.recommend).toHaveLength(11);
  expect(await recluse.retract({ item: 'item-5', type: 'hide' })).toBe(1);
  await recluse.retract({ item: 'unknown', type: 'hide' });
  expect(await everyList(recluse)).toEqual(before);
});

test('a hidden category, or whatever else describes items, appears in no list either', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await recluse.track({ type: 'hide', where: { category: 'Food' }, id: 'no food' });
  // Items 2, 5, 8 and 11 are for cats.
  expect(ids(await recluse.recommend({ limit: 12 })).sort()).toEqual([
    'item-11',
    'item-2',
    'item-5',
    'item-8',
  ]);
  await recluse.retract({ interaction: 'no food' });
  await recluse.track({ type: 'hide', where: { brand: 'Acme', price: { gt: 4 } } });
  await recluse.close();
  // At once at the next visit, too: a list waits for the brands rather than show what was hidden.
  const { recluse: again } = await shop({ name });
  for (const list of Object.values(await everyList(again)))
    for (const item of ['item-5', 'item-7', 'item-9', 'item-11']) expect(list).not.toContain(item);
  expect(ids(await again.recommend({ limit: 12 }))).toHaveLength(8);
});

test('what an event is worth is the pack’s to say, and the app’s to say otherwise', async () => {
  const name = freshName();
  const first = await shop({ name });
  await first.recluse.ready();
  // Both speak for the item after them. Neither type is declared by the pack, and one is the site's own.
  await first.recluse.track({ type: 'share', item: 'item-4' });
  await first.recluse.track({ type: 'wish', item: 'item-7' });
  expect(ids(await first.recluse.recommend({ limit: 1 }))).toEqual(['item-5']);
  await first.recluse.close();
  const { recluse } = await shop({ name, events: { share: { weight: 0 }, wish: { weight: 2 } } });
  await recluse.ready();
  expect(ids(await recluse.recommend({ limit: 1 }))).toEqual(['item-8']);
  await recluse.track({ type: 'dislike', item: 'item-7' });
  await recluse.track({ type: 'dislike', item: 'item-7' });
  await recluse.track({ type: 'dislike', item: 'item-7' });
  expect(ids(await recluse.recommend({ limit: 1 }))).not.toEqual(['item-8']);
});

const orders = (count: number): Interaction[] =>
  Array.from({ length: count }, (_, place) => ({
    type: 'purchase',
    item: `item-${place % 12}`,
    basket: `order-${Math.floor(place / 5)}`,
    time: Date.UTC(2024, 0, 1) + Math.floor(place / 5) * 60_000,
  }));

test('ten thousand past purchases come in within seconds, in their order, and only once', {
  timeout: 60_000,
}, async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-3', basket: 'order-0', id: 'seen live' });
  const told: number[] = [];
  const start = performance.now();
  const result = await recluse.importHistory(orders(10_000), {
    onProgress: ({ done, total }) => told.push(done / total),
  });
  const seconds = (performance.now() - start) / 1000;
  console.log(`10,000 interactions imported in ${seconds.toFixed(2)} s`);
  expect(result).toEqual({ added: 9999, known: 1 });
  expect(seconds).toBeLessThan(20);
  expect(told.length).toBeGreaterThan(10);
  expect(told).toEqual([...told].sort((left, right) => left - right));
  expect(told.at(-1)).toBe(1);
  const history = await recluse.history({ limit: 3 });
  expect(history.map(({ id, basket }) => [id === 'seen live', basket])).toEqual([
    [true, 'order-0'],
    [false, 'order-1999'],
    [false, 'order-1999'],
  ]);
  expect(await recluse.importHistory(orders(10_000))).toEqual({ added: 0, known: 10_000 });
  const times = (await recluse.export()).interactions.map(({ time }) => time);
  expect(times).toEqual([...times].sort((left, right) => left - right));
});

test('past interactions without an order are known again by type, item and time', async () => {
  const { recluse } = await shop();
  const past = [
    { type: 'view', item: 'item-1', time: 5000 },
    { type: 'view', item: 'item-1', time: 5000 },
    { type: 'view', item: 'item-1', time: 6000 },
    { type: 'like', item: 'item-1', time: 5000 },
  ];
  expect(await recluse.importHistory(past)).toEqual({ added: 3, known: 1 });
  expect(await recluse.importHistory(past.slice(0, 1))).toEqual({ added: 0, known: 1 });
  expect(await failure(recluse.importHistory([...past, { type: 'view', item: '' }]))).toMatchObject({
    code: 'invalid-argument',
    details: { field: 'interactions[4].item' },
  });
  expect(await recluse.history()).toHaveLength(3);
});

test('an import that is stopped keeps what it has stored, and goes on next time', async () => {
  const { recluse } = await shop();
  const controller = new AbortController();
  const stopped = recluse.importHistory(orders(3000), {
    signal: controller.signal,
    onProgress: ({ done }) => done >= 1000 && controller.abort(),
  });
  expect(await failure(stopped)).toMatchObject({ code: 'aborted' });
  await expect.poll(async () => (await recluse.status()).storage.interactions).toBeGreaterThan(0);
  const { interactions } = (await recluse.status()).storage;
  expect(interactions).toBeLessThan(3000);
  expect(await recluse.importHistory(orders(3000))).toEqual({
    added: 3000 - interactions,
    known: interactions,
  });
});

test('whoever follows the interactions hears of new ones in every tab, until they stop', async () => {
  const name = freshName();
  const [here, there] = [await shop({ name }), await shop({ name })];
  await here.recluse.track({ type: 'view', item: 'before' });
  const controller = new AbortController();
  const heard: string[] = [];
  const following = (async () => {
    for await (const { item, query } of here.recluse.interactions({ signal: controller.signal }))
      heard.push(query ?? item);
  })();
  await here.recluse.status();
  await here.recluse.track({ type: 'view', item: 'here' });
  await there.recluse.track({ type: 'view', item: 'there' });
  await there.recluse.track({ type: 'search', query: 'tea' });
  await expect.poll(() => heard).toEqual(['here', 'there', 'tea']);
  controller.abort();
  await following;
  await here.recluse.track({ type: 'view', item: 'after' });
  const all: string[] = [];
  for await (const { item } of here.recluse.interactions({ from: 0 })) if (all.push(item) === 5) break;
  expect(all).toEqual(['before', 'here', 'there', '', 'after']);
});

test('a refund takes back an order or an item of it, a mis-click one interaction', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track([
    { type: 'purchase', item: 'item-4', basket: 'monday' },
    { type: 'purchase', item: 'item-6', basket: 'monday' },
    { type: 'purchase', item: 'item-1', basket: 'tuesday' },
    { type: 'view', item: 'item-9', id: 'mis-click' },
    { type: 'like', item: 'item-9' },
  ]);
  expect(await recluse.retract({ basket: 'monday', item: 'item-6' })).toBe(1);
  expect(await recluse.retract({ interaction: 'mis-click' })).toBe(1);
  expect(await recluse.retract({ item: 'item-9', type: 'like' })).toBe(1);
  expect(await recluse.retract({ basket: 'monday' })).toBe(1);
  expect(await recluse.retract({ basket: 'monday' })).toBe(0);
  expect(await recluse.history()).toMatchObject([{ item: 'item-1' }]);
  for (const wrong of [{}, { item: 'item-1' }, { basket: 'a', type: 'b' }, { interaction: '' }, null])
    expect(await failure(recluse.retract(wrong as never))).toMatchObject({ code: 'invalid-argument' });
});

test('what a visitor likes counts at once, before they have done anything', async () => {
  const { recluse, problems } = await shop();
  await recluse.ready();
  const cats = ['item-11', 'item-2', 'item-5', 'item-8'];
  expect(ids(await recluse.recommend({ limit: 4 })).sort()).not.toEqual(cats);
  expect(await recluse.setProfile({ likes: ['Cats'], place: 'town' })).toEqual({
    likes: ['Cats'],
    place: 'town',
  });
  for (const source of ['popular', 'linear'] as const) {
    const list = await recluse.recommend({ limit: 4, source, explain: true });
    expect(list.source).toBe(source);
    expect(ids(list).sort()).toEqual(cats);
    if (source === 'linear')
      expect(list.items[0]?.reasons).toContainEqual(expect.objectContaining({ text: 'you like Cats' }));
  }
  expect(await recluse.setProfile({ likes: null, dislikes: 'Food' })).toEqual({
    place: 'town',
    dislikes: 'Food',
  });
  expect(ids(await recluse.recommend({ limit: 12 })).sort()).toEqual(cats);
  expect(ids(await recluse.rerank(['item-0', 'item-2']))).toHaveLength(2);
  expect(problems).toEqual([]);
  expect(await recluse.profile()).toEqual({ place: 'town', dislikes: 'Food' });
});

test('what the pack does not know of a profile is kept, does not count, and is told', async () => {
  const { recluse, problems } = await shop();
  await recluse.ready();
  const before = ids(await recluse.recommend());
  await recluse.setProfile({ likes: ['Bakery'], shoe: 43 });
  await expect.poll(() => problems).toMatchObject([{ code: 'profile-unknown' }]);
  expect(problems[0]?.message).toContain('category Bakery (likes); shoe');
  expect(ids(await recluse.recommend())).toEqual(before);
  expect(await recluse.profile()).toEqual({ likes: ['Bakery'], shoe: 43 });
  for (const wrong of [
    { a: Number.NaN },
    { a: { b: 1 } },
    { a: ['x', 1] },
    [],
    { a: '' },
    { a: 'x'.repeat(1e7) },
  ])
    expect(await failure(recluse.setProfile(wrong as never))).toMatchObject({ code: 'invalid-argument' });
  await recluse.setProfile(JSON.parse('{"__proto__": "polluted"}'));
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(await recluse.profile())).toBe(Object.prototype);
});

/** A visitor with some of everything. */
async function livedIn(recluse: Recommender): Promise<void> {
  await recluse.ready();
  await recluse.importHistory(orders(40));
  await recluse.track([
    { type: 'purchase', item: 'item-4', value: 4.99, quantity: 2, basket: 'monday', list: 'l', position: 1 },
    { type: 'view', item: 'item-1', dwell: 1200 },
    { type: 'search', query: 'tea' },
    { type: 'hide', where: { category: 'Coffee' } },
  ]);
  await recluse.setProfile({ age: '35-44', likes: ['Fruit'] });
}

test('the export says everything, as its schema has it', async () => {
  const { recluse } = await shop();
  await livedIn(recluse);
  await recluse.retain({ count: 10 });
  const document = JSON.parse(JSON.stringify(await recluse.export()));
  const valid = new Ajv({ allErrors: true }).compile(schema);
  expect(valid(document), JSON.stringify(valid.errors)).toBe(true);
  expect(document.interactions).toHaveLength(10);
  expect(document.compacted.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(34);
  expect(document.profile).toEqual({ age: '35-44', likes: ['Fruit'] });
  expect(valid({ ...document, more: 1 })).toBe(false);
});

const withoutSeq = (interactions: StoredInteraction[]) => interactions.map(({ seq: _, ...one }) => one);

test('an export taken to another device makes the same visitor there, however often', async () => {
  const [old, fresh] = [await shop(), await shop()];
  await livedIn(old.recluse);
  await old.recluse.retain({ count: 10 });
  const document = JSON.parse(JSON.stringify(await old.recluse.export()));
  await fresh.recluse.ready();
  expect(await fresh.recluse.import(document)).toEqual({ added: 44, known: 0 });
  expect(await fresh.recluse.import(document)).toEqual({ added: 0, known: 44 });
  const copy = await fresh.recluse.export();
  expect(withoutSeq(copy.interactions)).toEqual(withoutSeq(document.interactions));
  expect(copy.compacted).toEqual(document.compacted);
  expect(copy.profile).toEqual(document.profile);
  expect(ids(await fresh.recluse.recommend({ limit: 12 }))).toEqual(
    ids(await old.recluse.recommend({ limit: 12 })),
  );
});

test('what two devices know becomes one past, in the order of time', async () => {
  const [one, other] = [await shop(), await shop()];
  await one.recluse.track([
    { type: 'view', item: 'a', time: 1000 },
    { type: 'view', item: 'c', time: 3000 },
    { type: 'purchase', item: 'p', time: 3500, basket: 'both' },
  ]);
  await other.recluse.track([
    { type: 'view', item: 'b', time: 2000 },
    { type: 'purchase', item: 'p', time: 3600, basket: 'both' },
    { type: 'view', item: 'd', time: 4000 },
  ]);
  await one.recluse.setProfile({ place: 'town', likes: ['Fruit'] });
  await other.recluse.setProfile({ place: 'village', likes: ['Cats', 'Fruit'] });
  expect(await one.recluse.import(await other.recluse.export())).toEqual({ added: 2, known: 1 });
  expect((await one.recluse.export()).interactions.map(({ item }) => item).join('')).toBe('abcpd');
  expect(await one.recluse.profile()).toEqual({ place: 'town', likes: ['Fruit', 'Cats'] });
});

test('a document that is damaged, or newer than this reader, changes nothing and says why', async () => {
  const { recluse } = await shop();
  await livedIn(recluse);
  const before = await recluse.export();
  const good = JSON.parse(JSON.stringify(before));
  const damaged: [string, unknown][] = [
    ['document', null],
    ['document', [good]],
    ['document.format', { ...good, format: 'other' }],
    ['document.version', { ...good, version: '2' }],
    ['document.interactions', { ...good, interactions: undefined }],
    [
      'document.interactions[1].time',
      { ...good, interactions: [good.interactions[0], { ...good.interactions[1], time: -1 }] },
    ],
    [
      'document.interactions[0].seq',
      { ...good, interactions: [{ ...good.interactions[0], seq: undefined }] },
    ],
    ['document.profile.age', { ...good, profile: { age: {} } }],
    ['document.compacted[0].count', { ...good, compacted: [{}] }],
    ['document.derived[0].kind', { ...good, derived: [{ key: 'a' }] }],
    ['document.secret', { ...good, secret: 1 }],
  ];
  for (const [field, document] of damaged) {
    const error = await failure(recluse.import(document as never));
    expect(error, field).toMatchObject({ code: 'invalid-argument' });
    expect(error.details.field).toContain(field.split('[')[0]);
  }
  expect(await failure(recluse.import({ ...good, version: 3 }))).toMatchObject({
    code: 'export-too-new',
    details: { version: 3 },
  });
  expect({ ...(await recluse.export()), exported: 0 }).toEqual({ ...before, exported: 0 });
  const { compacted: _, derived: __, ...first } = good;
  expect(await recluse.import({ ...first, version: 1 })).toEqual({ added: 0, known: 44 });
});

test('forgetting by type, time, category or several of them leaves a visitor who never did it', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const now = Date.now();
  await recluse.track([
    { type: 'purchase', item: 'item-0', time: now - 3 * day },
    { type: 'view', item: 'item-0', time: now - 2 * day },
    { type: 'view', item: 'item-1', time: now - 2 * day },
    { type: 'hide', where: { category: ['Fruit'] }, time: now - day },
    { type: 'view', item: 'item-2', time: now },
    { type: 'view', item: 'not in the pack', time: now },
  ]);
  expect(await recluse.forget({ type: 'view', until: now - day })).toBe(2);
  // Items 0, 3, 6 and 9 are fruit; what hides fruit goes with it.
  expect(await recluse.forget({ category: 'Fruit' })).toBe(2);
  expect(await recluse.forget({ category: 'Food', since: 0 })).toBe(0);
  expect((await recluse.history()).map(({ item }) => item)).toEqual(['not in the pack', 'item-2']);
  for (const wrong of [
    {},
    { itm: 'a' },
    { since: '1' },
    { item: undefined },
    'all',
    null,
    [],
    { since: Number.NaN },
  ])
    expect(await failure(recluse.forget(wrong as never))).toMatchObject({ code: 'invalid-argument' });
  expect(await failure(recluse.forget({ category: 'Cars' }))).toMatchObject({
    details: { field: 'category' },
  });
  const stranger = await shop();
  await stranger.recluse.ready();
  await recluse.setProfile({ likes: ['Cats'] });
  expect(await recluse.forget('everything')).toBe(2);
  expect({ ...(await recluse.export()), exported: 0 }).toEqual({
    ...(await stranger.recluse.export()),
    exported: 0,
  });
  expect(ids(await recluse.recommend())).toEqual(ids(await stranger.recluse.recommend()));
});

test('a past made into sums gives the same lists, can be forgotten, and does not come in twice', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.importHistory(orders(4));
  await recluse.track({ type: 'dislike', item: 'item-11' });
  const before = await recluse.recommend({ limit: 12 });
  expect(await recluse.retain({ count: 0 })).toBe(5);
  const after = await recluse.recommend({ limit: 12, explain: true });
  expect(ids(after)).toEqual(ids(before));
  for (const [place, { score }] of after.items.entries())
    expect(score).toBeCloseTo(before.items[place]!.score, 5);
  expect(ids(after)).not.toContain('item-11');
  expect((await recluse.status()).storage.interactions).toBe(0);
  expect(await recluse.importHistory(orders(4))).toEqual({ added: 0, known: 4 });
  expect(await recluse.forget({ item: 'item-0' })).toBe(1);
  expect(await recluse.forget({ type: 'dislike' })).toBe(1);
  expect(await recluse.forget({ since: Date.UTC(2024, 0, 1) })).toBe(3);
  expect((await recluse.export()).compacted).toEqual([]);
  for (const wrong of [{}, { days: -1 }, { count: 1.5 }, { days: Number.NaN }, 3])
    expect(await failure(recluse.retain(wrong as never))).toMatchObject({ code: 'invalid-argument' });
});

test('after closing, none of it answers any more', async () => {
  const { recluse } = await shop();
  await recluse.close();
  const calls: ((to: Recommender) => Promise<unknown>)[] = [
    (to) => to.importHistory([]),
    (to) => to.interactions().next(),
    (to) => to.retract({ interaction: 'a' }),
    (to) => to.profile(),
    (to) => to.setProfile({}),
    (to) => to.consent('granted'),
    (to) => to.export(),
    (to) => to.import({} as never),
    (to) => to.forget('everything'),
    (to) => to.retain({ count: 1 }),
  ];
  for (const call of calls) expect(await failure(call(recluse))).toMatchObject({ code: 'closed' });
});
