import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecluseError } from '../../../src/contract.ts';
import { checkNewItems, checkUpdates } from '../../../worker/shop/check-shop.ts';
import {
  bytesOf,
  nothingSaid,
  over,
  type Stock,
  stockFrom,
  updated,
  withAdded,
} from '../../../worker/shop/stock.ts';
import { moment, syntheticPack } from '../support/synthetic-pack.ts';

const pack = syntheticPack();
const { version } = pack.manifest;
const say = (changes: unknown, stock: Stock = nothingSaid, options = {}) =>
  updated(stock, changes, options, version);
const item = { id: 'new', title: 'New', categories: ['Drinks'] };

describe('an update', () => {
  test('takes items away and changes prices, and leaves the pack itself as it is', () => {
    const now = over(
      pack,
      say({ 'item-1': { available: false }, 'item-2': { price: 3.49 }, stranger: { price: 1 } }),
    );
    expect([...now.unavailable!]).toEqual([1]);
    expect(now.catalogue!.price!.slice(0, 4)).toEqual([null, null, 3.49, null]);
    expect(pack.catalogue).not.toHaveProperty('price');
    expect(now.linear).toBe(pack.linear);
  });

  test('is taken back field by field, or whole', () => {
    const both = say({ 'item-1': { available: false, price: 2 } });
    expect(say({ 'item-1': { available: null } }, both).overrides.get('item-1')).toEqual({ price: 2 });
    expect(say({ 'item-1': { available: null, price: null } }, both).overrides.size).toBe(0);
    expect(say({ 'item-1': null }, both).overrides.size).toBe(0);
    expect(over(pack, say({ 'item-1': { available: true } }, both)).unavailable).toBeUndefined();
    expect(say({ 'item-1': { price: 5 } }, both).overrides.get('item-1')).toEqual({
      available: false,
      price: 5,
    });
  });

  test('that holds until the next pack ends with this one', () => {
    const stock = say({ 'item-1': { available: false } }, nothingSaid, { untilNextPack: true });
    expect(over(pack, stock).unavailable?.size).toBe(1);
    const next = { ...pack, manifest: { ...pack.manifest, version: 'fedcba9876543210' } };
    expect(over(next, stock).unavailable).toBeUndefined();
    expect(over(next, say({ 'item-1': { available: false } })).unavailable?.size).toBe(1);
  });

  test('takes an added item back, too', () => {
    const stock = withAdded(nothingSaid, [item], {}, moment);
    expect(over(pack, stock).ids).toContain('new');
    expect(over(pack, say({ new: null }, stock)).ids).not.toContain('new');
  });
});

test('what is to last comes back from its bytes, and nothing else does', () => {
  const kept = withAdded(
    say({ 'item-1': { available: false }, __proto__x: { price: 2 } }),
    [item],
    { keep: true },
    moment,
  );
  const session = withAdded(kept, [{ ...item, id: 'fleeting' }], {}, moment);
  const back = stockFrom(bytesOf(session)!);
  expect(back.overrides).toEqual(kept.overrides);
  expect([...back.added.keys()]).toEqual(['new']);
  expect(bytesOf(nothingSaid)).toBeUndefined();
  for (const damaged of [
    '',
    '{}',
    'null',
    '{"version":1,"overrides":[["a",{"price":"x"}]],"added":[]}',
    '{"version":2}',
  ])
    expect(stockFrom(new TextEncoder().encode(damaged))).toBe(nothingSaid);
});

describe('bad input', () => {
  const field = (check: () => void) => {
    try {
      check();
    } catch (error) {
      expect(error).toBeInstanceOf(RecluseError);
      expect(error).toMatchObject({ code: 'invalid-argument' });
      return (error as RecluseError).details.field;
    }
    throw new Error('This should have been refused.');
  };

  test('in an update is refused with its place', () => {
    const of = (value: unknown) => field(() => checkUpdates(value));
    expect(of(null)).toBe('updates');
    expect(of([])).toBe('updates');
    expect(of({ a: 3 })).toBe('updates.a');
    expect(of({ a: { price: Number.NaN } })).toBe('updates.a.price');
    expect(of({ a: { price: -1 } })).toBe('updates.a.price');
    expect(of({ a: { price: '3' } })).toBe('updates.a.price');
    expect(of({ a: { available: 'no' } })).toBe('updates.a.available');
    expect(of({ a: { stock: 3 } })).toBe('updates.a.stock');
    expect(of({ '': null })).toBe('an id in updates');
    expect(of({ a: JSON.parse('{ "__proto__": 1 }') })).toBe('updates.a.__proto__');
  });

  test('in a new item is refused with its place', () => {
    const of = (value: unknown) => field(() => checkNewItems(value));
    expect(of({})).toBe('items');
    expect(of([null])).toBe('items[0]');
    expect(of([item, { ...item, id: '' }])).toBe('items[1].id');
    expect(of([{ ...item, title: 3 }])).toBe('items[0].title');
    expect(of([{ ...item, categories: [] }])).toBe('items[0].categories');
    expect(of([{ ...item, categories: ['a', ''] }])).toBe('items[0].categories[1]');
    expect(of([{ ...item, categories: Array.from({ length: 11 }, () => 'a') }])).toBe('items[0].categories');
    expect(of([{ ...item, price: Number.POSITIVE_INFINITY }])).toBe('items[0].price');
    expect(of([{ ...item, colour: 'red' }])).toBe('items[0].colour');
    expect(of([{ ...item, attributes: { size: {} } }])).toBe('items[0].attributes.size');
    expect(of([{ ...item, title: 'x'.repeat(10_000_000) }])).toBe('items[0].title');
  });

  test('a prototype is neither read nor written', () => {
    const stock = say(JSON.parse('{ "__proto__": { "available": false }, "constructor": { "price": 1 } }'));
    expect([...stock.overrides.keys()]).toEqual(['__proto__', 'constructor']);
    expect(over(pack, stock).unavailable).toBeUndefined();
    expect(({} as { available?: boolean }).available).toBeUndefined();
  });

  test('whatever it is, is let in or refused with a field', () => {
    for (const check of [checkUpdates, checkNewItems] as ((value: unknown) => void)[])
      fc.assert(
        fc.property(fc.anything(), (value) => {
          try {
            check(value);
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid-argument', details: { field: expect.any(String) } });
          }
        }),
      );
  });
});
