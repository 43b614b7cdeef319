import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Collecting, defaultTypes, reporting, type TypeTable } from '../../../../src/collect/report.ts';
import type { EventItem, RawItem } from '../../../../src/collect/shop-event.ts';
import type { Interaction, Search } from '../../../../src/contract.ts';
import { checkInteractions } from '../../../../worker/arguments.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1000, toFake: ['Date'] });
  vi.stubGlobal('location', { href: 'https://shop.test/a' });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

type Setting = { types?: TypeTable; itemId?: (raw: RawItem) => string | undefined; retracts?: boolean };

/** A report to a recommender that only writes down what it is told. */
function recorded({ types = {}, itemId = ({ id }) => id, retracts = true }: Setting = {}) {
  const tracked: (Interaction | Search)[] = [];
  const retracted: unknown[] = [];
  const recluse: Collecting = {
    async track(interactions) {
      tracked.push(...(interactions as Interaction[]));
    },
  };
  if (retracts)
    recluse.retract = async (request) => {
      retracted.push(request);
    };
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
  return { report: reporting(recluse, { ...defaultTypes, ...types }, itemId), tracked, retracted, settled };
}

const of = (id: string, rest: Omit<EventItem, 'raw'> = {}): EventItem => ({
  raw: { source: 'dataLayer', id, data: {} },
  ...rest,
});

test('an order is purchases with value, quantity, basket and an id that a reload repeats', async () => {
  const { report, tracked, settled } = recorded();
  const items = [
    of('a', { value: 10, quantity: 2 }),
    of('b', { value: 5 }),
    of('a', { value: 3, quantity: 1 }),
  ];
  report.tell({ name: 'purchase', basket: 'T-1', items });
  report.tell({ name: 'purchase', basket: 'T-1', items });
  await settled();
  const once = [
    { type: 'purchase', item: 'a', time: 1000, basket: 'T-1', value: 13, quantity: 3, id: 'purchase:T-1:a' },
    { type: 'purchase', item: 'b', time: 1000, basket: 'T-1', value: 5, id: 'purchase:T-1:b' },
  ];
  expect(tracked).toEqual([...once, ...once]);
});

test('purchases without an order number are all kept', async () => {
  const { report, tracked, settled } = recorded();
  report.tell({ name: 'purchase', items: [of('a', { value: 1 }), of('a', { value: 1 })] });
  await settled();
  expect(tracked).toEqual(Array(2).fill({ type: 'purchase', item: 'a', time: 1000, value: 1 }));
});

test('a refund is retracted, whole or by items', async () => {
  const { report, tracked, retracted, settled } = recorded();
  report.tell({ name: 'refund', basket: 'T-1', items: [] });
  report.tell({ name: 'refund', basket: 'T-2', items: [of('a'), of('b')] });
  await settled();
  expect(retracted).toEqual([{ basket: 'T-1' }, { basket: 'T-2', item: 'a' }, { basket: 'T-2', item: 'b' }]);
  expect(tracked).toEqual([]);
});

test('a refund of items that are not of this catalogue does not take back the whole order', async () => {
  const { report, retracted, settled } = recorded({ itemId: () => undefined });
  report.tell({ name: 'refund', basket: 'T-2', items: [of('gift wrapping')] });
  await settled();
  expect(retracted).toEqual([]);
});

test('where nothing can be retracted, a refund is an interaction of its own', async () => {
  const { report, tracked, settled } = recorded({ retracts: false });
  report.tell({ name: 'refund', basket: 'T-1', items: [of('a', { value: 10 })] });
  await settled();
  expect(tracked).toMatchObject([
    { type: 'refund', item: 'a', basket: 'T-1', value: 10, id: 'refund:T-1:a' },
  ]);
});

test('a view is told once a page, and again on the next page', async () => {
  const { report, tracked, settled } = recorded();
  const view = () => report.tell({ name: 'view_item', items: [of('a')] });
  view();
  view();
  vi.stubGlobal('location', { href: 'https://shop.test/a#reviews' });
  view();
  vi.stubGlobal('location', { href: 'https://shop.test/b' });
  view();
  vi.stubGlobal('location', { href: 'https://shop.test/b#/routed/by/fragment' });
  view();
  await settled();
  expect(tracked).toHaveLength(3);
});

test('a view that is claimed is told by its claimer alone', async () => {
  const { report, tracked, settled } = recorded();
  expect(report.claimView(of('a').raw)).toBe(true);
  expect(report.claimView(of('a').raw)).toBe(false);
  report.tell({ name: 'view_item', items: [of('a')] });
  report.tell({ name: 'view_item', items: [of('a', { dwell: 4000 })] }, true);
  await settled();
  expect(tracked).toEqual([{ type: 'view', item: 'a', time: 1000, dwell: 4000 }]);
});

test('the site may change, add and leave out types, and say which item is meant', async () => {
  const { report, tracked, settled } = recorded({
    types: { add_to_wishlist: 'like', view_item_list: false, shared_by_mail: 'share' },
    itemId: ({ id, data }) => (data as { name?: string }).name ?? `sku-${id}`,
  });
  report.tell({ name: 'add_to_wishlist', items: [of('1')] });
  report.tell({ name: 'view_item_list', items: [of('2')] });
  report.tell({ name: 'shared_by_mail', items: [{ raw: { source: 'dataLayer', data: { name: 'tea' } } }] });
  report.tell({ name: 'page_view', items: [of('3')] });
  report.tell({ name: 'toString', items: [of('4')] });
  report.tell({ name: '__proto__', items: [of('5')] });
  await settled();
  expect(tracked).toMatchObject([
    { type: 'like', item: 'sku-1' },
    { type: 'share', item: 'tea' },
  ]);
});

test('an itemId that throws leaves the item out', async () => {
  const { report, tracked, settled } = recorded({
    itemId: ({ id }) => {
      if (id === 'b') throw new Error('no such thing');
      return id;
    },
  });
  report.tell({ name: 'add_to_cart', items: [of('a'), of('b'), of('c')] });
  await settled();
  expect(tracked.map(({ item }) => item)).toEqual(['a', 'c']);
});

test('a search is told once a page and term, with no item', async () => {
  const { report, tracked, settled } = recorded();
  report.tell({ name: 'search', items: [], query: 'tea' });
  report.tell({ name: 'view_search_results', items: [of('a')], query: 'tea' });
  report.tell({ name: 'search', items: [] });
  await settled();
  expect(tracked).toEqual([{ type: 'search', query: 'tea', time: 1000 }]);
});

test('what is told is known to the very next call', () => {
  const { report, tracked } = recorded();
  report.tell({ name: 'select_item', items: [of('a')] });
  expect(tracked).toHaveLength(1);
});

test("a recommender that cannot start, or that fails, is nobody else's trouble", async () => {
  const failing: Collecting = {
    track() {
      throw new Error('broken');
    },
  };
  for (const recluse of [Promise.reject(new Error('no worker')), failing]) {
    const report = reporting(recluse, defaultTypes, ({ id }) => id);
    expect(() => report.tell({ name: 'select_item', items: [of('a')] })).not.toThrow();
    await new Promise((resolve) => setTimeout(resolve));
  }
});

test('what happens before the recommender is there is told when it is, in order and with its own time', async () => {
  const tracked: unknown[] = [];
  let arrive = (_recluse: Collecting) => {};
  const later = new Promise<Collecting>((resolve) => {
    arrive = resolve;
  });
  const report = reporting(later, defaultTypes, ({ id }) => id);
  const page = later.then(() => report.tell({ name: 'add_to_cart', items: [of('b')] }));
  report.tell({ name: 'add_to_cart', items: [of('a')] });
  vi.setSystemTime(9000);
  arrive({
    async track(interactions) {
      tracked.push(...[interactions].flat());
    },
  });
  await page;
  expect(tracked).toMatchObject([
    { type: 'cart', item: 'a', time: 1000 },
    { type: 'cart', item: 'b', time: 9000 },
  ]);
});

test('whatever a page says, the worker takes what comes of it', async () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.double(),
    fc.string(),
    fc.string({ minLength: 1001, maxLength: 1100 }),
  );
  const item = fc.record(
    {
      value: anything,
      quantity: anything,
      dwell: anything,
      list: anything,
      position: anything,
      placement: anything,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(defaultTypes)),
      fc.array(fc.tuple(anything, item), { maxLength: 4 }),
      anything,
      anything,
      async (name, items, basket, query) => {
        const { report, tracked, settled } = recorded({ retracts: false });
        const seen = items.map(([id, rest]) => ({
          raw: { source: 'shopify', id, data: {} } as RawItem,
          ...rest,
        }));
        report.tell({ name, items: seen, basket, query });
        await settled();
        expect(() =>
          checkInteractions(tracked.map((interaction) => ({ ...interaction, item: interaction.item ?? '' }))),
        ).not.toThrow();
      },
    ),
    { numRuns: 300 },
  );
});
