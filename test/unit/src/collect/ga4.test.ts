/** GA4's events as its documentation has them (developers.google.com: Measure ecommerce), and as sites get them wrong. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGa4 } from '../../../../src/collect/ga4.ts';

/** What `function gtag() { dataLayer.push(arguments); }` pushes. */
function gtag(..._given: unknown[]): unknown {
  // biome-ignore lint/complexity/noArguments: that is what gtag pushes
  return arguments;
}

const tee = {
  item_id: 'SKU_12345',
  item_name: 'Stan and Friends Tee',
  affiliation: 'Google Merchandise Store',
  coupon: 'SUMMER_FUN',
  discount: 2.22,
  index: 0,
  item_brand: 'Google',
  item_category: 'Apparel',
  item_category2: 'Adult',
  item_list_id: 'related_products',
  item_list_name: 'Related Products',
  item_variant: 'green',
  location_id: 'ChIJIQBpAG2ahYAR_6128GcTUEo',
  price: 10.01,
  quantity: 3,
};
const womensTee = {
  ...tee,
  item_id: 'SKU_12346',
  item_name: "Google Grey Women's Tee",
  index: 1,
  price: 21.01,
  quantity: 2,
};
const purchase = {
  transaction_id: 'T_12345',
  value: 72.05,
  tax: 3.6,
  shipping: 5.99,
  currency: 'USD',
  coupon: 'SUMMER_SALE',
  items: [tee, womensTee],
};

test('a purchase is read the same from gtag() and from an ecommerce object', () => {
  const called = readGa4(gtag('event', 'purchase', purchase));
  expect(readGa4({ event: 'purchase', ecommerce: purchase })).toEqual(called);
  expect(readGa4({ event: 'purchase', ...purchase })).toEqual(called);
  expect(called).toMatchObject({
    name: 'purchase',
    basket: 'T_12345',
    items: [
      {
        raw: { source: 'dataLayer', id: 'SKU_12345', data: tee },
        quantity: 3,
        position: 0,
        list: 'related_products',
      },
      { raw: { id: 'SKU_12346' }, quantity: 2, position: 1 },
    ],
  });
  const values = called!.items.map(({ value }) => value as number);
  expect(values[0]! + values[1]!).toBeCloseTo(72.05, 8);
});

test('a list of items gives its name to those that have none of their own', () => {
  const items = [
    { item_id: 'a', index: 0 },
    { item_id: 'b', item_list_id: 'own' },
  ];
  const read = readGa4(gtag('event', 'view_item_list', { item_list_id: 'related_products', items }));
  expect(read!.items.map(({ list }) => list)).toEqual(['related_products', 'own']);
  const named = readGa4({
    event: 'select_item',
    ecommerce: { item_list_name: 'Related', items: [{ item_id: 'a' }] },
  });
  expect(named!.items[0]!.list).toBe('Related');
});

test('a search is its term, also beside an ecommerce object', () => {
  expect(readGa4(gtag('event', 'search', { search_term: 'Clothing' }))).toMatchObject({
    name: 'search',
    query: 'Clothing',
  });
  const results = { event: 'view_search_results', search_term: 'tea', ecommerce: { items: [] } };
  expect(readGa4(results)).toMatchObject({ name: 'view_search_results', query: 'tea' });
});

test.each([
  [{ ecommerce: null }],
  [{ ecommerce: { items: [tee] } }],
  [{ event: 42, ecommerce: { items: [tee] } }],
  [gtag('config', 'G-1234567890', { send_page_view: false })],
  [gtag('consent', 'default', { ad_storage: 'denied' })],
  [gtag('js', new Date(0))],
  [gtag('event', 'purchase')],
  [gtag()],
  [['event', 'purchase', purchase]],
  [() => {}],
  ['purchase'],
  [null],
  [undefined],
])('%o says nothing', (entry) => {
  expect(readGa4(entry)).toBeUndefined();
});

test('an event without items, or with items that are none, is read as such', () => {
  expect(readGa4({ event: 'purchase', ecommerce: null })).toMatchObject({ name: 'purchase', items: [] });
  expect(readGa4({ event: 'gtm.dom' })).toMatchObject({ items: [] });
  expect(readGa4({ event: 'view_item', ecommerce: { items: [null, 'a', 7, tee] } })!.items).toHaveLength(1);
  expect(readGa4({ event: 'view_item', ecommerce: { items: { 0: tee } } })!.items).toEqual([]);
});

test('numbers may be texts, ids may be numbers, and an id may be missing', () => {
  const items = [
    { item_id: 17, price: '2.50', quantity: '4' },
    { item_name: 'No id', price: '' },
    { id: 'old' },
  ];
  const read = readGa4({ event: 'add_to_cart', ecommerce: { items } })!.items;
  expect(read[0]).toMatchObject({ raw: { id: '17' }, value: 10 });
  expect(read[1]!.raw).toEqual({ source: 'dataLayer', id: undefined, data: items[1] });
  expect(read[2]!.raw.id).toBe('old');
});

test('an item with a getter that throws costs itself alone', () => {
  const broken = {
    get item_id(): string {
      throw new Error('not today');
    },
  };
  const read = readGa4({ event: 'add_to_cart', ecommerce: { items: [broken, tee] } });
  expect(read!.items.map(({ raw }) => raw.id)).toEqual(['SKU_12345']);
});

test('of a hundred thousand items the first five hundred are read', () => {
  const items = Array.from({ length: 100_000 }, (_, place) => ({ item_id: `i${place}` }));
  expect(readGa4({ event: 'view_item_list', ecommerce: { items } })!.items).toHaveLength(500);
});

test('nothing that is pushed is altered, whatever it is', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), (items) => {
      const entry = { event: 'purchase', ecommerce: { items: [items, items], transaction_id: items } };
      const before = fc.stringify(entry);
      readGa4(entry);
      expect(fc.stringify(entry)).toBe(before);
    }),
  );
});
