/** Payloads as shopify.dev describes them and public themes (Dawn, Horizon) dispatch them: properties of the event itself. */
import { expect, test } from 'vitest';
import { numberIn, readLinesUpdate, readProductView, readSearch } from '../../../../src/collect/shopify.ts';

const product = {
  id: 'gid://shopify/Product/7001',
  title: 'Oat milk',
  handle: 'oat-milk',
  selectedVariant: { id: 'gid://shopify/ProductVariant/40012' },
};

test('a product page is a view, a card in a collection an impression', () => {
  expect(readProductView({ context: 'page', product }, new Map())).toEqual({
    name: 'view_item',
    items: [{ raw: { source: 'shopify', id: '7001', data: product } }],
  });
  expect(
    readProductView({ context: 'collection', product: { ...product, selectedVariant: null } }, new Map()),
  ).toMatchObject({
    name: 'view_item_list',
    items: [{ raw: { id: '7001' }, placement: 'collection' }],
  });
});

test('what is added to the cart counts for the product whose variant it is, where the page showed it', () => {
  const products = new Map<string, string>();
  const update = {
    action: 'add',
    context: 'product',
    lines: [{ merchandiseId: 'gid://shopify/ProductVariant/40012', quantity: 2 }],
  };
  expect(readLinesUpdate(update, products)!.items[0]).toMatchObject({ raw: { id: '40012' }, quantity: 2 });
  readProductView({ context: 'page', product }, products);
  expect(readLinesUpdate(update, products)).toMatchObject({
    name: 'add_to_cart',
    items: [{ raw: { id: '7001' }, quantity: 2 }],
  });
});

test('a removed line says its variant where its key does, and no quantity', () => {
  const lines = [
    { id: '40012:0f3e9a', quantity: 0 },
    { id: 'gid://shopify/CartLine/0f3e?cart=c1', quantity: 0 },
  ];
  const read = readLinesUpdate({ action: 'remove', context: 'cart', lines }, new Map([['40012', '7001']]));
  expect(read).toMatchObject({
    name: 'remove_from_cart',
    items: [{ raw: { id: '7001' } }, { raw: { id: undefined } }],
  });
  expect(read!.items.every((item) => !('quantity' in item))).toBe(true);
});

test('a change of quantity is neither', () => {
  expect(
    readLinesUpdate({ action: 'update', lines: [{ id: '40012:0f', quantity: 3 }] }, new Map()),
  ).toBeUndefined();
  expect(readLinesUpdate({ action: 'constructor', lines: [{}] }, new Map())).toBeUndefined();
  expect(readLinesUpdate({ action: 'add', lines: 'all' }, new Map())).toBeUndefined();
});

test('a search is what was typed', () => {
  expect(readSearch({ search: { query: 'tea', productFilters: [] } })).toMatchObject({
    name: 'search',
    query: 'tea',
  });
  expect(readSearch({}).query).toBeUndefined();
});

test.each([
  ['gid://shopify/Product/1', '1'],
  ['gid://shopify/ProductVariant/2', '2'],
  [3, '3'],
  ['4:abc', '4'],
  ['gid://shopify/CartLine/5abc', undefined],
  ['5 or so', undefined],
  [{}, undefined],
  [undefined, undefined],
])('the number in %o is %o', (id, number) => {
  expect(numberIn(id)).toBe(number);
});
