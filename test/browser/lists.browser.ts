import { expect, test } from 'vitest';
import type { RankedList, RecluseError } from '../../src/index.ts';
import type { PackServer } from './support/pack-server.ts';
import { freshName, shopsOf } from './support/shop-of-tests.ts';
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
const day = 86_400_000;

test('the second page of a shelf shows nothing of the first, also after a purchase in between', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const first = await recluse.recommend({ limit: 4, placement: 'home' });
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const second = await first.next();
  expect(first).toMatchObject({ hasMore: true, interactions: 0 });
  expect(second).toMatchObject({ hasMore: true, interactions: 1, id: first.id, placement: 'home' });
  expect(second.items.map(({ position }) => position)).toEqual([4, 5, 6, 7]);
  const third = await second.next();
  expect(third.hasMore).toBe(false);
  const all = [first, second, third].flatMap(ids);
  expect(new Set(all).size).toBe(12);
  expect((await third.next()).items).toEqual([]);
});

test('pages asked for at the same time are different pages', async () => {
  const { recluse } = await shop();
  const list = await recluse.recommend({ limit: 3 });
  const [second, third] = await Promise.all([list.next(), list.next()]);
  expect(new Set([list, second, third].flatMap(ids)).size).toBe(9);
});

test('a page goes on where it was after the worker has died', async () => {
  const { recluse, workers } = await shop();
  await recluse.ready();
  const list = await recluse.recommend({ limit: 5 });
  workers[0]!.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
  workers[0]!.terminate();
  document.dispatchEvent(new Event('visibilitychange'));
  const second = await list.next();
  expect(workers).toHaveLength(2);
  expect(new Set([list, second].flatMap(ids)).size).toBe(10);
}, 20_000);

test('every kind of list can be walked through page by page', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track(['item-1', 'item-2', 'item-4'].map((item) => ({ type: 'purchase', item })));
  const lists: Promise<RankedList>[] = [
    recluse.recommend({ limit: 5 }),
    recluse.discover({ limit: 5 }),
    recluse.buyAgain({ limit: 2 }),
    recluse.searchByTaste('first', { limit: 5 }),
    recluse.rerank(['item-1', 'mine', 'item-3'], { limit: 2 }),
    recluse.similar('item-1', { limit: 1 }),
    recluse.boughtTogether(['item-1', 'item-4'], { limit: 1 }),
    recluse.popular({ limit: 5 }),
    recluse.trending({ limit: 1 }),
  ];
  for (const asked of lists) {
    const list = await asked;
    const pages: string[][] = [];
    for await (const page of list) pages.push(ids(page));
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(pages.flat()).size).toBe(pages.flat().length);
    // A list is data: it can be stored and sent.
    expect(ids(structuredClone(list))).toEqual(pages[0]);
  }
});

test('a page that nobody waits for any more is not counted as shown', async () => {
  const { recluse } = await shop();
  const list = await recluse.recommend({ limit: 4 });
  const given = new AbortController();
  const aborted = failure(list.next({ signal: given.signal }));
  given.abort();
  expect((await aborted).code).toBe('aborted');
  const second = await list.next();
  expect(second.items[0]!.position).toBe(4);
});

test('what is to be bought again says when', async () => {
  const { recluse } = await shop();
  const bought = (item: string, daysAgo: number) => ({
    type: 'purchase',
    item,
    time: Date.now() - daysAgo * day,
  });
  await recluse.track([bought('item-1', 14), bought('item-1', 7), bought('item-2', 0.01)]);
  const list = await recluse.buyAgain();
  expect(ids(list)).toEqual(['item-1', 'item-2']);
  const { times, daysSince, interval } = list.items[0]!.due!;
  expect([times, Math.round(daysSince), Math.round(interval)]).toEqual([2, 7, 7]);
  expect(list).toMatchObject({ placement: 'buy-again', short: 'mode' });
});

test('discovering is recommending what was never bought', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  expect(ids(await recluse.discover({ limit: 12 }))).toEqual(
    ids(await recluse.recommend({ limit: 12, mode: 'discover' })),
  );
});

test('what goes with a whole basket is not in the basket', async () => {
  const { recluse } = await shop();
  const together = await recluse.boughtTogether(['item-1', 'item-2', 'not in the pack']);
  // item-1 speaks for 2 (in the basket) and 4, item-2 for 3 (strongly) and 5.
  expect(ids(together)[0]).toBe('item-3');
  expect(ids(together).sort()).toEqual(['item-3', 'item-4', 'item-5']);
  expect(await failure(recluse.boughtTogether([]))).toMatchObject({
    code: 'invalid-argument',
    details: { field: 'ids' },
  });
  expect((await failure(recluse.similar(['nothing', 'known']))).code).toBe('unknown-item');
});

test('what rises is bought more lately than it was', async () => {
  const { recluse } = await shop();
  // Recent popularity rises with the number, popularity falls.
  expect(ids(await recluse.trending({ limit: 2 }))).toEqual(['item-11', 'item-10']);
  expect(ids(await recluse.trending({ category: 'Cats' }))).toEqual(['item-11', 'item-8']);
});

test('popular by segment: by what is asked for, or by what the visitor said', async () => {
  server.files = (
    await tinyPack({
      change: ({ popular }) => Object.assign(popular, { segments: { place: { town: [3, 1] } } }),
    })
  ).files;
  const { recluse } = await shop();
  expect(ids(await recluse.popular({ limit: 3, segment: { place: 'town' } }))).toEqual([
    'item-3',
    'item-1',
    'item-11',
  ]);
  expect(ids(await recluse.popular({ limit: 1, category: 'Coffee', segment: { place: 'town' } }))).toEqual([
    'item-1',
  ]);
  // A stranger in town, before anything else is known, gets what the town takes.
  const stranger = await recluse.recommend({ source: 'popular', context: { place: 'town' }, limit: 2 });
  expect(ids(stranger)).toEqual(['item-3', 'item-1']);
  expect(ids(await recluse.popular({ limit: 1, segment: 'visitor' }))).toEqual(['item-11']);
});

test('search forgives spelling and finds beginnings, brands, categories and attributes', async () => {
  server.files = (
    await tinyPack({
      change({ catalogue }) {
        catalogue.title.splice(0, 3, 'Roasted espresso beans', 'Espresso cups', 'Apple pie');
      },
    })
  ).files;
  const { recluse } = await shop();
  expect(ids(await recluse.searchByTaste('espreso')).sort()).toEqual(['item-0', 'item-1']);
  expect(ids(await recluse.searchByTaste('espresso bea'))).toEqual(['item-0']);
  expect(ids(await recluse.searchByTaste('app'))).toEqual(['item-2']);
  expect(ids(await recluse.searchByTaste('acme cats')).sort()).toEqual(['item-11', 'item-5']);
  expect(ids(await recluse.searchByTaste('8 oz'))[0]).toBe('item-8');
  // Where no item has all the words, those with some.
  expect(ids(await recluse.searchByTaste('espresso submarine')).sort()).toEqual(['item-0', 'item-1']);
  expect(await recluse.searchByTaste('submarine')).toMatchObject({ items: [], hasMore: false });
});

test('where words fit alike, taste decides', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  await recluse.track({ type: 'purchase', item: 'item-4' });
  const found = await recluse.searchByTaste('first', { limit: 12 });
  // Buying item-4 speaks for item-5; all titles begin with First.
  expect(ids(found).indexOf('item-5')).toBeLessThan(ids(found).indexOf('item-6'));
  expect(found).toMatchObject({ placement: 'search', interactions: 1 });
  expect(ids(await recluse.searchByTaste('  ', { limit: 12 }))).toEqual(
    ids(await recluse.recommend({ limit: 12 })),
  );
});

test('hostile words are words', async () => {
  const { recluse } = await shop();
  for (const words of ['__proto__', 'constructor', '<img src=x onerror=alert(1)>', '%00 \u0000', '((', '🍎'])
    expect((await recluse.searchByTaste(words)).items.length).toBeLessThanOrEqual(12);
  for (const wrong of [undefined, 12, 'x'.repeat(1e6), ['a']])
    expect((await failure(recluse.searchByTaste(wrong as string))).code).toBe('invalid-argument');
  expect(await failure(recluse.searchByTaste('a', { taste: Number.NaN }))).toMatchObject({
    details: { field: 'taste' },
  });
  const { recluse: bare } = await shop({ catalogue: false });
  expect((await failure(bare.searchByTaste('first'))).code).toBe('catalogue-missing');
});

test('what was shown and passed over makes room for others, also at the next visit, and a click forgives', async () => {
  const name = freshName();
  const { recluse } = await shop({ name });
  await recluse.ready();
  const asked = { limit: 3, placement: 'home', rotation: 1 };
  const first = await recluse.recommend(asked);
  expect(ids(await recluse.recommend(asked))).toEqual(ids(first));
  await recluse.shown(first);
  const second = await recluse.recommend(asked);
  expect(ids(second)).not.toEqual(ids(first));
  // Elsewhere nothing of it was shown, and without being asked for it does not count.
  expect(ids(await recluse.recommend({ ...asked, placement: 'aside' }))).toEqual(ids(first));
  expect(ids(await recluse.recommend({ ...asked, rotation: 0 }))).toEqual(ids(first));
  await recluse.close();
  server.mode = 'down';
  const { recluse: again } = await shop({ name });
  expect(ids(await again.recommend(asked))).toEqual(ids(second));
  await again.track({ type: 'click', item: first.items[0]!.id });
  const { items } = await again.recommend({ ...asked, limit: 12, explain: true });
  const lost = items.filter(({ parts }) => parts!.rotation! < 0).map(({ id }) => id);
  expect(lost.sort()).toEqual(ids(first).slice(1).sort());
});

test('what is forgotten was never shown', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const asked = { limit: 3, placement: 'home', rotation: 1 };
  const first = await recluse.recommend(asked);
  await recluse.shown(first);
  const shown = (await recluse.export()).derived.filter(({ kind }) => kind === 'shown');
  expect(shown.map(({ item }) => item).sort()).toEqual(ids(first).sort());
  await recluse.forget({ item: first.items[1]!.id });
  expect((await recluse.export()).derived.map(({ item }) => item)).not.toContain(first.items[1]!.id);
  await recluse.forget('everything');
  expect((await recluse.export()).derived).toEqual([]);
  expect(ids(await recluse.recommend(asked))).toEqual(ids(first));
});

test('shelves of one page do not repeat each other', async () => {
  const { recluse } = await shop();
  await recluse.ready();
  const lists = await Promise.all([
    recluse.recommend({ limit: 4, placement: 'one', distinct: true }),
    recluse.discover({ limit: 4, placement: 'two', distinct: true }),
    recluse.recommend({ limit: 3, placement: 'three', distinct: true }),
  ]);
  expect(new Set(lists.flatMap(ids)).size).toBe(11);
  // Asked for again, a shelf does not make room for itself; and pages of it count, too.
  expect(ids(await recluse.recommend({ limit: 4, placement: 'one', distinct: true }))).toEqual(
    ids(lists[0]!),
  );
  const named = await recluse.recommend({ limit: 12, placement: 'four', distinct: ['two'] });
  expect(ids(named)).toHaveLength(8);
  for (const wrong of [1, 'one', [1]])
    expect(await failure(recluse.recommend({ distinct: wrong as never }))).toMatchObject({
      code: 'invalid-argument',
    });
});
