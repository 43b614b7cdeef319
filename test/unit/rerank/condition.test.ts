import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Condition, RecluseError } from '../../../src/contract.ts';
import { checkCondition } from '../../../worker/check-condition.ts';
import type { Pack } from '../../../worker/pack/pack.ts';
import { conditionOf, needsCatalogue } from '../../../worker/rerank/condition.ts';
import { syntheticPack } from '../support/synthetic-pack.ts';

const synthetic = syntheticPack();
const pack = {
  ...synthetic,
  catalogue: {
    ...synthetic.catalogue,
    price: synthetic.ids.map((_, row) => (row % 10 === 9 ? null : row)),
    attributes: {
      ...synthetic.catalogue.attributes,
      mixed: synthetic.ids.map((_, row) => (row % 2 ? row : 'many')),
    },
  },
};

/** Rows that meet a condition. */
const rows = (condition: Condition, of: Pack = pack) => {
  checkCondition(condition, 'filter');
  const holds = conditionOf(condition, of);
  return of.ids.map((_, row) => row).filter(holds);
};
const where = (holds: (row: number) => boolean) => pack.ids.map((_, row) => row).filter(holds);
const price = (row: number) => pack.catalogue.price[row] ?? Number.NaN;
const brand = (row: number) => pack.catalogue.brand![row];
const inCategory = (row: number, name: string) => {
  for (let at = pack.priors.leaf[row]!; at !== -1; at = pack.categories[at]!.parent)
    if (pack.categories[at]!.name === name) return true;
  return false;
};
const refusal = (work: () => unknown): RecluseError => {
  try {
    work();
  } catch (error) {
    if (error instanceof RecluseError) return error;
    throw error;
  }
  throw new Error('This should have been refused.');
};

describe('a condition', () => {
  test('that asks nothing lets everything through', () => {
    expect(rows({})).toHaveLength(60);
    expect(rows({ brand: undefined, any: undefined })).toHaveLength(60);
    expect(rows({ all: [] })).toHaveLength(60);
    expect(rows({ any: [] })).toEqual([]);
  });

  test('compares numbers, and a missing number is neither more nor less', () => {
    expect(rows({ price: { lt: 20 } })).toEqual(where((row) => price(row) < 20));
    expect(rows({ price: { gte: 20, lte: 30 } })).toEqual(
      where((row) => price(row) >= 20 && price(row) <= 30),
    );
    expect(rows({ price: { gt: 58 } })).toEqual([]);
    expect(rows({ price: { exists: false } })).toEqual(where((row) => row % 10 === 9));
    expect(rows({ price: { notIn: [1, 2] } })).toHaveLength(58);
    expect(rows({ price: { ne: 3 } })).toHaveLength(59);
    expect(rows({ price: '3' })).toEqual([3]);
  });

  test('matches a category at any level', () => {
    expect(rows({ category: 'Drinks' })).toEqual(where((row) => inCategory(row, 'Drinks')));
    expect(rows({ category: { in: ['Tea', 'Bread'] } })).toEqual(
      where((row) => inCategory(row, 'Tea') || inCategory(row, 'Bread')),
    );
    expect(rows({ category: { notIn: ['Food'] } })).toEqual(where((row) => !inCategory(row, 'Food')));
    expect(rows({ category: { contains: 'COFF' } })).toEqual(rows({ category: 'Coffee' }));
    expect(rows({ category: { ne: 'Home', exists: true } })).toEqual(
      where((row) => !inCategory(row, 'Home')),
    );
  });

  test('asks texts, and an item without the text meets only what denies', () => {
    expect(rows({ brand: 'Brand 1' })).toEqual(where((row) => brand(row) === 'Brand 1'));
    expect(rows({ brand: { ne: 'Brand 1' } })).toEqual(where((row) => brand(row) !== 'Brand 1'));
    expect(rows({ brand: { notIn: ['Brand 1', 'Brand 2'] } })).toEqual(
      where((row) => brand(row) !== 'Brand 1' && brand(row) !== 'Brand 2'),
    );
    expect(rows({ brand: { exists: true } })).toEqual(where((row) => brand(row) !== null));
    expect(rows({ title: { contains: 'NUMBER 7' } })).toEqual([7]);
    expect(rows({ id: ['item-3', 'item-5', 'nobody'] })).toEqual([3, 5]);
    expect(rows({ mixed: 'many' })).toHaveLength(30);
    expect(rows({ mixed: 3 })).toEqual([3]);
  });

  test('is a filter as it always was: a name, a value or several', () => {
    expect(rows({ brand: ['Brand 2'], size: '3' })).toEqual(
      where((row) => brand(row) === 'Brand 2' && row % 4 === 3),
    );
  });

  test('denies, and joins by any and all', () => {
    expect(
      rows({
        any: [{ price: { lt: 5 } }, { all: [{ category: 'Tea' }, { organic: 'yes' }] }],
        not: { brand: 'Brand 0' },
      }),
    ).toEqual(
      where(
        (row) => (price(row) < 5 || (inCategory(row, 'Tea') && row % 2 === 0)) && brand(row) !== 'Brand 0',
      ),
    );
  });

  test('not is the complement, any the union, all the intersection', () => {
    const conditions = fc.letrec<{ condition: Condition }>((tie) => ({
      condition: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<Condition>(
          { price: { lt: 30 } },
          { brand: 'Brand 1' },
          { category: ['Food', 'Tea'] },
          { size: { gte: 2 }, organic: { ne: 'yes' } },
          { price: { exists: false } },
        ),
        fc.array(tie('condition'), { maxLength: 3 }).map((any): Condition => ({ any })),
        fc.array(tie('condition'), { maxLength: 3 }).map((all): Condition => ({ all })),
        tie('condition').map((not): Condition => ({ not })),
      ),
    })).condition;
    fc.assert(
      fc.property(conditions, conditions, (one, other) => {
        const [first, second] = [new Set(rows(one)), new Set(rows(other))];
        expect(rows({ not: one })).toEqual(where((row) => !first.has(row)));
        expect(rows({ any: [one, other] })).toEqual(where((row) => first.has(row) || second.has(row)));
        expect(rows({ all: [one, other] })).toEqual(where((row) => first.has(row) && second.has(row)));
      }),
    );
  });

  test('says which attribute the pack lacks, and where it was asked for', () => {
    expect(refusal(() => rows({ any: [{ price: 1 }, { colour: 'red' }] }))).toMatchObject({
      code: 'invalid-argument',
      message:
        'The pack has no attribute colour to filter by; it has category, brand, price, organic, size, mixed.',
      details: { field: 'filter.any[1].colour' },
    });
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expect(refusal(() => rows(JSON.parse(`{ "${name}": "x" }`))).details.field).toBe(`filter.${name}`);
  });

  test('says where a number was asked for as text or a text as a number', () => {
    const field = (condition: Condition) => refusal(() => rows(condition)).details.field;
    expect(field({ brand: { lt: 3 } })).toBe('filter.brand.lt');
    expect(field({ category: { gt: 3 } })).toBe('filter.category.gt');
    expect(field({ price: { contains: '9' } })).toBe('filter.price.contains');
    expect(field({ price: { in: [1, 'cheap'] } })).toBe('filter.price.in[1]');
    expect(field({ mixed: { gte: 1 } })).toBe('filter.mixed.gte');
  });

  test('waits for the catalogue where only that can answer', () => {
    const { catalogue: _, ...bare } = pack;
    expect(refusal(() => rows({ not: { price: 1 } }, bare))).toMatchObject({ code: 'catalogue-missing' });
    expect(rows({ category: 'Tea', id: 'item-1' }, bare)).toBeInstanceOf(Array);
    expect(needsCatalogue({ category: 'Tea', id: 'a', any: [{ not: { category: 'x' } }] })).toBe(false);
    expect(needsCatalogue({ any: [{ not: { price: { lt: 1 } } }] })).toBe(true);
  });
});

describe('a condition from outside', () => {
  const field = (value: unknown) => {
    const error = refusal(() => checkCondition(value, 'filter'));
    expect(error.code).toBe('invalid-argument');
    return error.details.field;
  };

  test('is refused where it is no condition, with the place of what is wrong', () => {
    expect(field(null)).toBe('filter');
    expect(field([])).toBe('filter');
    expect(field(new Date())).toBe('filter');
    expect(field(new Map())).toBe('filter');
    expect(field({ price: null })).toBe('filter.price');
    expect(field({ price: {} })).toBe('filter.price');
    expect(field({ price: { lt: Number.NaN } })).toBe('filter.price.lt');
    expect(field({ price: { gt: Number.POSITIVE_INFINITY } })).toBe('filter.price.gt');
    expect(field({ price: { lt: '5' } })).toBe('filter.price.lt');
    expect(field({ price: { between: [1, 2] } })).toBe('filter.price.between');
    expect(field({ price: JSON.parse('{ "__proto__": 1 }') })).toBe('filter.price.__proto__');
    expect(field({ price: { exists: 'yes' } })).toBe('filter.price.exists');
    expect(field({ brand: { in: 'Acme' } })).toBe('filter.brand.in');
    expect(field({ brand: ['Acme', {}] })).toBe('filter.brand[1]');
    expect(field({ brand: { contains: 5 } })).toBe('filter.brand.contains');
    expect(field({ any: { brand: 'Acme' } })).toBe('filter.any');
    expect(field({ any: [{}, 'Acme'] })).toBe('filter.any[1]');
    expect(field({ not: 'Acme' })).toBe('filter.not');
    expect(field({ '': 'Acme' })).toBe('filter.');
    expect(field({ brand: 'x'.repeat(1001) })).toBe('filter.brand');
  });

  test('is refused where it goes round in circles, is too deep, or unfolds without end', () => {
    const circle: Record<string, unknown> = {};
    circle.not = circle;
    expect(field(circle)).toBe(`filter${'.not'.repeat(8)}`);
    let deep: Condition = { brand: 'x' };
    for (let depth = 1; depth < 8; depth++) deep = { not: deep };
    checkCondition(deep, 'filter');
    expect(field({ not: deep })).toBe(`filter${'.not'.repeat(8)}`);
    const shared = { any: Array.from({ length: 20 }, () => ({ brand: 'x' })) };
    expect(String(field({ any: Array.from({ length: 100 }, () => shared) }))).toMatch(/^filter\.any/);
    expect(field({ brand: Array.from({ length: 10_001 }, String) })).toBe('filter.brand');
  });

  test('is let in or refused with a field, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          checkCondition(value, 'filter');
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-argument', details: { field: expect.any(String) } });
        }
      }),
    );
  });
});
