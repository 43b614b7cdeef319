import { expect, expectTypeOf, test } from 'vitest';
import type { Condition, Filter, Recommender } from '../../../src/index.ts';

interface Drink {
  category: 'Coffee' | 'Tea';
  strength: number;
  roast?: 'light' | 'dark';
}

test('a shop that tells its attributes has its conditions checked when they are compiled', () => {
  const known: Condition<Drink>[] = [
    { category: 'Coffee' },
    { category: { in: ['Coffee', 'Tea'] }, strength: { gte: 2 } },
    { roast: ['dark'], not: { price: { lt: 20 } }, any: [{ brand: 'Acme' }, { id: 'sku-1' }] },
    // @ts-expect-error: there is no such category
    { category: 'Cofee' },
    // @ts-expect-error: there is no such attribute
    { flavour: 'mild' },
    // @ts-expect-error: a roast is a text, and texts have no order
    { roast: { lt: 3 } },
    // @ts-expect-error: a strength is a number
    { strength: { contains: '3' } },
    // @ts-expect-error: a strength is a number
    { strength: 'strong' },
    // @ts-expect-error: also inside of others
    { all: [{ not: { roast: 'medium' } }] },
    // @ts-expect-error: there is no such operator
    { price: { between: [1, 2] } },
  ];
  expect(known).toHaveLength(10);
});

test('a shop that tells nothing goes on as it did', () => {
  const loose: Filter[] = [
    { category: ['books'] },
    { category: 'books', colour: 'red', size: ['S', 'M'] },
    { colour: { ne: 'red' }, any: [{ size: { gt: 3 } }] },
  ];
  expect(loose).toHaveLength(3);
  expectTypeOf<Readonly<Record<string, string | readonly string[]>>>().toExtend<Filter>();
  expectTypeOf<Recommender>().toEqualTypeOf<Recommender<Readonly<Record<string, string | number>>>>();
});

test('the recommender carries the types into its requests', () => {
  type Request = NonNullable<Parameters<Recommender<Drink>['recommend']>[0]>;
  expectTypeOf<NonNullable<Request['filter']>>().toEqualTypeOf<Condition<Drink>>();
  type Similar = NonNullable<Parameters<Recommender<Drink>['similar']>[1]>;
  expectTypeOf<NonNullable<Similar['filter']>>().toEqualTypeOf<Condition<Drink>>();
});
