import { expect, test } from 'vitest';
import { type ProductId, productOf } from '../../../../src/collect/json-ld.ts';

const address = 'https://shop.test/oat-milk?size=1l';
const ids: readonly ProductId[] = ['sku', 'productID', 'productGroupID', '@id'];
const idOf = (...documents: unknown[]) => productOf(documents, address, ids)?.id;

const product = {
  '@context': 'https://schema.org',
  '@type': 'Product',
  '@id': '#milk',
  name: 'Oat milk',
  sku: 'milk-1',
};
const group = {
  '@type': 'ProductGroup',
  productGroupID: 'milk',
  hasVariant: [
    { '@type': 'Product', sku: 'milk-500', offers: { '@type': 'Offer', url: '/oat-milk?size=500ml' } },
    { '@type': 'Product', sku: 'milk-1', offers: [{ '@type': 'Offer', url: '/oat-milk?size=1l' }] },
  ],
};

test('a product is found alone, in a list, in a @graph, and as what the page is mainly about', () => {
  expect(idOf(product)).toBe('milk-1');
  expect(idOf([{ '@type': 'BreadcrumbList' }, product])).toBe('milk-1');
  expect(
    idOf({ '@graph': [{ '@type': 'Organization' }, { ...product, '@type': ['Product', 'Thing'] }] }),
  ).toBe('milk-1');
  expect(idOf({ '@type': 'ItemPage', mainEntity: product })).toBe('milk-1');
  expect(idOf({ ...product, '@type': 'http://schema.org/Product' })).toBe('milk-1');
});

test('the id is the first of those asked for that the product has', () => {
  expect(productOf([product], address, ['@id', 'sku'])?.id).toBe('#milk');
  expect(idOf({ '@type': 'Product', productID: 17 })).toBe('17');
  expect(productOf([product], address, ['productID'])).toEqual({
    source: 'jsonLd',
    id: undefined,
    data: product,
  });
});

test('of a group it is the variant whose address this is, else the group', () => {
  expect(idOf(group)).toBe('milk-1');
  expect(productOf([group], 'https://shop.test/oat-milk', ids)?.id).toBe('milk');
  const { productGroupID: _, ...anonymous } = group;
  expect(productOf([anonymous], 'https://shop.test/oat-milk', ids)?.id).toBe('milk-500');
  expect(idOf(group, product)).toBe('milk-1');
});

test('a page that lists many products is about none of them', () => {
  expect(idOf([product, { ...product, sku: 'tea-1' }])).toBeUndefined();
  const list = { '@type': 'ItemList', itemListElement: [{ '@type': 'ListItem', item: product }] };
  expect(idOf(list)).toBeUndefined();
  expect(idOf({ '@type': 'WebPage', mentions: product })).toBeUndefined();
});

test('the same product told twice is one', () => {
  expect(idOf(product, { ...product })).toBe('milk-1');
});

test.each([[null], ['Product'], [7], [[[[]]]], [{ '@type': null }], [undefined]])(
  '%o is no product',
  (document) => {
    expect(productOf([document], address, ids)).toBeUndefined();
  },
);

test('nesting without end is not followed', () => {
  let nested: unknown = product;
  for (let depth = 0; depth < 10_000; depth++) nested = { '@graph': [nested] };
  expect(idOf(nested)).toBeUndefined();
  const many = Array.from({ length: 100_000 }, () => ({ '@graph': [] }));
  expect(idOf([...many, product])).toBeUndefined();
});

test('an address that is none does not hurt', () => {
  const offers = { '@type': 'Offer', url: 'http://[' };
  expect(idOf({ ...group, hasVariant: [{ '@type': 'Product', sku: 'x', offers }] })).toBe('milk');
});
