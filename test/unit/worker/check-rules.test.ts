import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecluseError } from '../../../src/contract.ts';
import { checkRules } from '../../../worker/check-rules.ts';

const field = (...rules: unknown[]) => {
  try {
    checkRules(rules);
  } catch (error) {
    expect(error).toBeInstanceOf(RecluseError);
    expect(error).toMatchObject({ code: 'invalid-argument' });
    return (error as RecluseError).details.field;
  }
  return undefined;
};

test('every rule that the types know is let in', () => {
  expect(
    field(
      {
        kind: 'filter',
        where: { not: { brand: 'X' } },
        name: 'no X',
        from: '2026-12-01',
        until: 1.8e12,
        priority: 3,
      },
      { kind: 'boost', where: {}, by: -10, placements: ['home'] },
      { kind: 'bury', where: { price: { gt: 5 } } },
      { kind: 'pin', position: 0, items: ['sku-1'], always: true },
      { kind: 'pin', position: 3, where: { category: 'Tea' } },
      { kind: 'cap', attribute: 'category', level: 0, most: 2, where: { price: { lt: 1 } } },
      { kind: 'share', attribute: 'brand', most: 0.3 },
      { kind: 'share', where: { brand: 'X' }, least: 0.1, most: 0.5 },
      { kind: 'require', where: { brand: 'X' }, least: 1 },
    ),
  ).toBeUndefined();
});

test('a wrong rule is refused with the place of what is wrong', () => {
  const fine = { kind: 'bury', where: {} };
  expect(field(fine, { kind: 'hide' })).toBe('rules[1].kind');
  expect(field({ kind: 'toString' })).toBe('rules[0].kind');
  expect(field(null)).toBe('rules[0]');
  expect(field(fine, fine, { kind: 'filter', where: { price: { lt: Number.NaN } } })).toBe(
    'rules[2].where.price.lt',
  );
  expect(field({ kind: 'filter' })).toBe('rules[0].where');
  expect(field({ ...fine, by: 1 })).toBe('rules[0].by');
  expect(field(JSON.parse('{ "kind": "bury", "where": {}, "__proto__": 1 }'))).toBe('rules[0].__proto__');
  expect(field({ kind: 'boost', where: {}, by: 11 })).toBe('rules[0].by');
  expect(field({ kind: 'pin', position: 0 })).toBe('rules[0].items');
  expect(field({ kind: 'pin', position: 0, items: ['a'], where: {} })).toBe('rules[0].items');
  expect(field({ kind: 'pin', position: 0, where: {}, always: true })).toBe('rules[0].always');
  expect(field({ kind: 'pin', position: -1, items: ['a'] })).toBe('rules[0].position');
  expect(field({ kind: 'pin', position: 0, items: [] })).toBe('rules[0].items');
  expect(field({ kind: 'cap', attribute: 'brand', most: 1.5 })).toBe('rules[0].most');
  expect(field({ kind: 'cap', attribute: 'brand', most: 1e9 })).toBe('rules[0].most');
  expect(field({ kind: 'share', where: {}, most: 1.1 })).toBe('rules[0].most');
  expect(field({ kind: 'share', where: {} })).toBe('rules[0].most');
  expect(field({ kind: 'share', most: 1 })).toBe('rules[0].where');
  expect(field({ kind: 'share', attribute: 'brand', least: 0.5 })).toBe('rules[0].least');
  expect(field({ kind: 'require', where: {}, least: 0 })).toBe('rules[0].least');
  expect(field({ ...fine, name: '' })).toBe('rules[0].name');
  expect(field({ ...fine, placements: [] })).toBe('rules[0].placements');
  expect(field({ ...fine, priority: Number.POSITIVE_INFINITY })).toBe('rules[0].priority');
});

test('a date that is no date is refused', () => {
  const from = (value: unknown) => field({ kind: 'bury', where: {}, from: value });
  for (const value of [
    'tomorrow',
    '2026-13-01',
    '2026-02-30',
    '2026-12-24T25:00',
    '24.12.2026',
    '',
    Number.NaN,
    1e17,
    null,
    {},
  ])
    expect(from(value)).toBe('rules[0].from');
  for (const value of [
    '2026-12-24',
    '2028-02-29',
    '2026-12-24T18:00',
    '2026-12-24T18:00:30.5+01:00',
    '2026-12-24T18:00Z',
    0,
  ])
    expect(from(value)).toBeUndefined();
  expect(field({ kind: 'bury', where: {}, from: '2026-12-24', until: '2026-12-24' })).toBe('rules[0].until');
});

test('whatever comes, it is let in or refused with a field', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      try {
        checkRules(value);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-argument', details: { field: expect.any(String) } });
      }
    }),
  );
});
