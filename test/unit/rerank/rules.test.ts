import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecommendRequest, Rule } from '../../../src/contract.ts';
import { checkRules } from '../../../worker/check-rules.ts';
import { historyAt } from '../../../worker/model/history.ts';
import { linearScores, popularScores } from '../../../worker/model/scores.ts';
import { conditionOf } from '../../../worker/rerank/condition.ts';
import {
  type Asker,
  popularList,
  recommendList,
  rerankList,
  similarList,
} from '../../../worker/rerank/lists.ts';
import * as refinements from '../../../worker/rerank/refine.ts';
import { compileRules } from '../../../worker/rerank/rules/compile.ts';
import { spreadOf } from '../../../worker/rerank/spread.ts';
import { activeRules } from '../../../worker/rules.ts';
import { moment, syntheticInteractions, syntheticPack } from '../support/synthetic-pack.ts';

const synthetic = syntheticPack();
const pack = {
  ...synthetic,
  catalogue: { ...synthetic.catalogue, price: synthetic.ids.map((_, row) => (row % 10 === 9 ? null : row)) },
};
const history = historyAt(syntheticInteractions(pack, 60), pack, moment);
const scores = linearScores(history, pack);

const compiled = (rules: readonly Rule[], placement = 'default') => {
  checkRules(rules);
  return compileRules(activeRules([{ rules, field: 'rules' }], placement, moment), pack);
};
const askerWith = (rules: readonly Rule[], tier = scores): Asker => ({
  pack,
  history,
  scores: tier,
  refinements,
  now: moment,
  random: () => 0.5,
  rules: compiled(rules),
});
const list = (rules: readonly Rule[], request: RecommendRequest = {}, tier = scores) =>
  recommendList(request, askerWith(rules, tier));
const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const rowOf = (id: string) => pack.rowOf.get(id)!;
const leafOf = (id: string) => pack.priors.leaf[rowOf(id)]!;
const brandOf = (id: string) => pack.catalogue.brand![rowOf(id)];
const everything = ids(list([], { limit: 1e9 }));
const counted = <Key>(keys: readonly Key[]) => {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

describe('filter', () => {
  test('lets only what matches into any list', () => {
    const coffee: Rule[] = [{ kind: 'filter', where: { category: 'Drinks', price: { lt: 30 } } }];
    const fits = (id: string) =>
      pack.categories[leafOf(id)]!.parent === 0 && rowOf(id) < 30 && rowOf(id) % 10 !== 9;
    expect(ids(list(coffee, { limit: 1e9 }))).toEqual(everything.filter(fits));
    const similar = similarList(['item-1'], { limit: 1e9 }, pack, compiled(coffee));
    expect(ids(similar).every(fits)).toBe(true);
    expect(similar.items.length).toBeGreaterThan(0);
    expect(ids(popularList({ limit: 1e9 }, {}, pack, compiled(coffee))).every(fits)).toBe(true);
  });

  test('that leaves nothing leaves an empty list that says so', () => {
    const nothing: Rule[] = [{ kind: 'filter', where: { price: { lt: -1 } } }];
    expect(list(nothing)).toEqual({
      items: [],
      source: 'linear',
      short: 'rules',
      hasMore: false,
    });
    expect(popularList({}, {}, pack, compiled(nothing))).toEqual({
      items: [],
      source: 'popular',
      short: 'rules',
      hasMore: false,
    });
    expect(list([], { filter: { price: { lt: -1 } } })).toMatchObject({ items: [], short: 'filter' });
  });

  test('keeps items that the pack does not know out of the app’s own list', () => {
    const rules: Rule[] = [{ kind: 'filter', where: { category: 'Drinks' } }];
    expect(ids(rerankList(['stranger', ...pack.ids], {}, askerWith(rules)))).not.toContain('stranger');
    expect(ids(rerankList(['stranger', ...pack.ids], {}, askerWith([])))[0]).toBe('stranger');
  });
});

describe('boost', () => {
  test('by one spread lifts the last of the first hundred to the best', () => {
    const last = everything.at(-1)!;
    const raised = list([{ kind: 'boost', where: { id: last }, by: 1.0001 }], { limit: 60, explain: true });
    expect(ids(raised)[0]).toBe(last);
    expect(raised.items[0]!.reasons![0]).toEqual({
      kind: 'rule',
      rule: 'boost-0',
      text: 'moved up by the shop (boost-0)',
    });
    const { parts, score } = raised.items[0]!;
    expect(Object.values(parts!).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 5);
    expect(raised.items[0]!.moves).toContainEqual({
      stage: 'boost',
      before: 59,
      after: 0,
      text: 'up from 60 to 1 by a rule of the shop',
    });
    expect(ids(raised).slice(1)).toEqual(everything.slice(0, -1));
  });

  test('means the same whatever the unit of the scores', () => {
    const rules: Rule[] = [{ kind: 'boost', where: { category: 'Food' }, by: 0.4 }];
    const larger = { ...scores, scores: scores.scores.map((score) => 1024 * score) };
    expect(ids(list(rules, { limit: 60 }, larger))).toEqual(ids(list(rules, { limit: 60 })));
  });

  test('adds up, and below 0 sinks', () => {
    const best = everything[0]!;
    const sunk = list(
      [
        { kind: 'boost', where: { id: best }, by: -2 },
        { kind: 'boost', where: { id: best }, by: 0.9 },
      ],
      { limit: 60 },
    );
    expect(ids(sunk).at(-1)).toBe(best);
  });

  test('knows a spread where all scores are equal or there is none', () => {
    expect(spreadOf(Float32Array.of(2, 2, 2))).toBe(1);
    expect(spreadOf(new Float32Array())).toBe(1);
    expect(spreadOf(Float32Array.of(5, 1))).toBe(4);
  });
});

test('bury puts what matches behind everything else, and changes no other order', () => {
  const buried = ids(list([{ kind: 'bury', where: { category: 'Food' } }], { limit: 60 }));
  const food = (id: string) => pack.categories[leafOf(id)]!.parent === 1;
  expect(buried).toEqual([...everything.filter((id) => !food(id)), ...everything.filter(food)]);
});

describe('pin', () => {
  test('puts items where they are to stand, in their order', () => {
    const pinned = list([{ kind: 'pin', name: 'new', position: 2, items: ['item-7', 'item-8'] }], {
      explain: true,
    });
    expect(ids(pinned).slice(2, 4)).toEqual(['item-7', 'item-8']);
    expect(pinned.unmet).toBeUndefined();
    const others = everything.filter((id) => id !== 'item-7' && id !== 'item-8');
    expect(ids(pinned).filter((id) => id !== 'item-7' && id !== 'item-8')).toEqual(others.slice(0, 8));
    expect(pinned.items[2]!.reasons![0]).toMatchObject({ kind: 'rule', rule: 'new' });
  });

  test('puts the best that matches', () => {
    const tea = everything.find((id) => leafOf(id) === 4)!;
    expect(ids(list([{ kind: 'pin', position: 5, where: { category: 'Tea' } }]))[5]).toBe(tea);
  });

  test('does not lead around a filter, unless it says so', () => {
    const filter: Rule = { kind: 'filter', where: { category: 'Tea' } };
    const bread = everything.find((id) => leafOf(id) === 5)!;
    const pin: Rule = { kind: 'pin', position: 0, items: [bread] };
    const without = list([filter, pin]);
    expect(ids(without)).not.toContain(bread);
    expect(without.unmet).toEqual([{ rule: 'pin-1', item: bread, why: 'absent' }]);
    const always = list([filter, { ...pin, always: true }], { filter: { price: { lt: 50 } } });
    expect(ids(always)[0]).toBe(bread);
    expect(
      ids(always)
        .slice(1)
        .every((id) => leafOf(id) === 4),
    ).toBe(true);
    expect(ids(list([{ ...pin, always: true }], { exclude: [bread] }))).not.toContain(bread);
  });

  test('says why an item does not stand where it should', () => {
    const { unmet, items } = list(
      [
        { kind: 'pin', position: 0, items: ['item-1', 'nobody'], priority: 1 },
        { kind: 'pin', position: 0, items: ['item-2'] },
        { kind: 'pin', position: 2, items: ['item-1'] },
        { kind: 'pin', position: 3, items: ['item-4'] },
        { kind: 'pin', position: 1, where: { category: 'Nowhere' } },
        { kind: 'pin', position: 3, where: {} },
        { kind: 'cap', attribute: 'id', most: 0, where: { id: 'item-6' } },
        { kind: 'pin', position: 2, items: ['item-6'] },
      ],
      { limit: 3 },
    );
    expect(items).toHaveLength(3);
    expect(unmet).toEqual([
      { rule: 'pin-0', item: 'nobody', why: 'absent' },
      { rule: 'pin-1', item: 'item-2', why: 'taken' },
      { rule: 'pin-2', item: 'item-1', why: 'taken' },
      { rule: 'pin-3', item: 'item-4', why: 'limit' },
      { rule: 'pin-4', why: 'few' },
      { rule: 'pin-5', why: 'limit' },
      { rule: 'pin-7', item: 'item-6', why: 'cap' },
    ]);
    const short = list([{ kind: 'pin', position: 7, items: ['item-3'] }], {
      filter: { id: ['item-1', 'item-3'] },
    });
    expect(ids(short)).toEqual(['item-1', 'item-3']);
    expect(short.unmet).toEqual([{ rule: 'pin-0', item: 'item-3', why: 'short' }]);
  });

  test('makes room for items that the pack does not know, and says so', () => {
    const reranked = rerankList(
      ['stranger', 'item-1', 'item-2'],
      {},
      askerWith([{ kind: 'pin', position: 0, items: ['item-2'] }]),
    );
    expect(ids(reranked)).toEqual(['stranger', 'item-2', 'item-1']);
    expect(reranked.unmet).toEqual([{ rule: 'pin-0', item: 'item-2', why: 'taken' }]);
  });
});

describe('cap and share', () => {
  test('let in no more of a kind than they say, and the best of it', () => {
    const capped = ids(list([{ kind: 'cap', attribute: 'category', most: 2 }]));
    const seen = new Map<number, number>();
    const expected = everything.filter((id) => {
      const count = (seen.get(leafOf(id)) ?? 0) + 1;
      seen.set(leafOf(id), count);
      return count <= 2;
    });
    expect(capped).toEqual(expected.slice(0, 10));
    const broad = ids(list([{ kind: 'cap', attribute: 'category', level: 0, most: 1 }]));
    expect(broad).toHaveLength(3);
    const sizes = ids(list([{ kind: 'cap', attribute: 'size', most: 1, where: { organic: 'yes' } }]));
    const organic = sizes.filter((id) => rowOf(id) % 2 === 0);
    expect(new Set(organic.map((id) => rowOf(id) % 4)).size).toBe(organic.length);
  });

  test('make a list short and say that it was the rules', () => {
    const short = list([{ kind: 'cap', attribute: 'category', level: 0, most: 1 }]);
    expect(short.short).toBe('rules');
    expect(list([{ kind: 'cap', attribute: 'brand', most: 0 }]).items.length).toBeGreaterThan(0);
  });

  test('keep shares of the places', () => {
    const third = ids(list([{ kind: 'share', where: { organic: 'yes' }, most: 0.3 }]));
    expect(third.filter((id) => rowOf(id) % 2 === 0)).toHaveLength(3);
    expect(third).toHaveLength(10);
    const brands = counted(ids(list([{ kind: 'share', attribute: 'brand', most: 0.2 }])).map(brandOf));
    for (const [brand, count] of brands) if (brand !== null) expect(count).toBeLessThanOrEqual(2);
    const least = ids(list([{ kind: 'share', where: { category: 'Soap' }, least: 0.25 }]));
    expect(least.filter((id) => leafOf(id) === 8).length).toBeGreaterThanOrEqual(3);
  });
});

describe('require', () => {
  test('brings the best of what is missing in, below what scores better', () => {
    const candles = everything.filter((id) => leafOf(id) === 7);
    const some = list([{ kind: 'require', name: 'light', where: { id: candles }, least: 4 }], {
      limit: 6,
      explain: true,
    });
    expect(ids(some).filter((id) => candles.includes(id))).toEqual(candles.slice(0, 4));
    const others = everything.filter((id) => !candles.includes(id));
    expect(ids(some).filter((id) => !candles.includes(id))).toEqual(others.slice(0, 2));
    const brought = some.items.filter(({ id }) => everything.indexOf(id) >= 6);
    for (const { reasons } of brought) expect(reasons![0]).toMatchObject({ kind: 'rule', rule: 'light' });
    expect(some.unmet).toBeUndefined();
  });

  test('says where there is not enough', () => {
    const few = list([{ kind: 'require', where: { id: 'item-3' }, least: 2 }]);
    expect(ids(few)).toContain('item-3');
    expect(few.unmet).toEqual([{ rule: 'require-0', why: 'few' }]);
  });
});

describe('a rule counts', () => {
  const names = (rules: readonly Rule[], placement = 'home', now = moment) =>
    activeRules([{ rules, field: 'rules' }], placement, now).map(({ name }) => name);
  const rule: Rule = { kind: 'bury', where: {} };

  test('from its first moment until just before its last', () => {
    const dated: Rule[] = [{ ...rule, from: '2026-01-15', until: '2026-01-15T13:00Z' }];
    const at = (text: string) => names(dated, 'home', Date.parse(text)).length;
    expect(at('2026-01-14T23:59:59Z')).toBe(0);
    expect(at('2026-01-15T00:00:00Z')).toBe(1);
    expect(at('2026-01-15T12:59:59Z')).toBe(1);
    expect(at('2026-01-15T13:00:00Z')).toBe(0);
  });

  test('where it belongs, and those of larger priority first', () => {
    expect(
      names([
        { ...rule, name: 'late', priority: -1 },
        { ...rule, name: 'elsewhere', placements: ['basket'] },
        { ...rule, name: 'here', placements: ['basket', 'home'] },
        { ...rule, name: 'first', priority: 5 },
      ]),
    ).toEqual(['first', 'here', 'late']);
  });
});

describe('whatever the rules', () => {
  const conditions = fc.constantFrom(
    {},
    { category: 'Drinks' },
    { category: ['Tea', 'Bread'] },
    { brand: 'Brand 1' },
    { price: { lt: 25 } },
    { not: { organic: 'yes' } },
    { id: ['item-1', 'item-2', 'item-3'] },
  );
  const attribute = fc.constantFrom('category', 'brand', 'organic', 'size');
  const small = fc.integer({ min: 0, max: 6 });
  const share = fc.constantFrom(0, 0.1, 0.34, 0.5, 1);
  const rules = fc.array(
    fc
      .tuple(
        fc.oneof(
          fc.record({ kind: fc.constant('filter' as const), where: conditions }),
          fc.record({
            kind: fc.constant('boost' as const),
            where: conditions,
            by: fc.constantFrom(-3, -0.2, 0.5, 10),
          }),
          fc.record({ kind: fc.constant('bury' as const), where: conditions }),
          fc.record({
            kind: fc.constant('pin' as const),
            position: fc.integer({ min: 0, max: 14 }),
            items: fc.array(fc.constantFrom(...pack.ids.slice(0, 12), 'nobody'), {
              minLength: 1,
              maxLength: 3,
            }),
            always: fc.boolean(),
          }),
          fc.record({ kind: fc.constant('pin' as const), position: small, where: conditions }),
          fc.record({ kind: fc.constant('cap' as const), attribute, most: small }),
          fc.record({ kind: fc.constant('share' as const), attribute, most: share }),
          fc.record({ kind: fc.constant('share' as const), where: conditions, least: share }),
          fc.record({
            kind: fc.constant('require' as const),
            where: conditions,
            least: fc.integer({ min: 1, max: 5 }),
          }),
        ),
        fc.integer({ min: -1, max: 1 }),
      )
      .map(([rule, priority]): Rule => ({ ...rule, priority })),
    { maxLength: 6 },
  );
  const requests: fc.Arbitrary<RecommendRequest> = fc.record({
    limit: fc.constantFrom(0, 1, 3, 10, 1e9),
    exclude: fc.array(fc.constantFrom(...pack.ids), { maxLength: 20 }),
    mode: fc.constantFrom('any', 'repeat', 'discover'),
    diversity: fc.constantFrom(0, 0.5),
    filter: fc.constantFrom({}, { category: 'Drinks' }, { price: { gte: 30 } }),
  });
  const groupOf: Record<string, (id: string) => unknown> = {
    category: leafOf,
    brand: brandOf,
    organic: (id) => rowOf(id) % 2,
    size: (id) => rowOf(id) % 4,
  };
  const tiers = fc.constantFrom(scores, popularScores(pack.popular.recent, pack.ids.length));
  const always = (given: readonly Rule[]) =>
    new Set(given.flatMap((rule) => (rule.kind === 'pin' && rule.always ? (rule.items ?? []) : [])));

  test('no item comes twice, none that was excluded, none too many', () => {
    fc.assert(
      fc.property(rules, requests, tiers, (given, request, tier) => {
        const shown = ids(list(given, request, tier));
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.length).toBeLessThanOrEqual(request.limit!);
        expect(shown.some((id) => request.exclude!.includes(id))).toBe(false);
        expect(shown.every((id) => pack.rowOf.has(id))).toBe(true);
      }),
    );
  });

  test('no cap and no share at most is ever exceeded', () => {
    fc.assert(
      fc.property(rules, requests, tiers, (given, request, tier) => {
        const shown = ids(list(given, request, tier));
        for (const rule of given) {
          const most =
            rule.kind === 'cap'
              ? rule.most
              : rule.kind === 'share' && rule.attribute
                ? Math.floor(rule.most! * Math.min(request.limit!, 60) + 1e-9)
                : Number.POSITIVE_INFINITY;
          if (most === Number.POSITIVE_INFINITY) continue;
          const groups = counted(shown.map(groupOf[(rule as { attribute: string }).attribute]!));
          for (const [group, count] of groups) if (group !== null) expect(count).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  test('nothing that a filter left out comes back, unless a pin says so', () => {
    fc.assert(
      fc.property(rules, requests, tiers, (given, request, tier) => {
        const admits = [
          request.filter!,
          ...given.flatMap((rule) => (rule.kind === 'filter' ? [rule.where] : [])),
        ].map((condition) => conditionOf(condition, pack));
        const anyway = always(given);
        for (const id of ids(list(given, request, tier)))
          expect(anyway.has(id) || admits.every((holds) => holds(rowOf(id)))).toBe(true);
      }),
    );
  });

  test('every pinned item stands where it should, or the list says why not', () => {
    fc.assert(
      fc.property(rules, requests, tiers, (given, request, tier) => {
        const { items, unmet = [] } = list(given, request, tier);
        for (const [index, rule] of given.entries()) {
          if (rule.kind !== 'pin' || !rule.items) continue;
          rule.items.forEach((id, further) => {
            const told = unmet.some(({ rule: name, item }) => name === `pin-${index}` && item === id);
            expect(told || items[rule.position + further]?.id === id).toBe(true);
          });
        }
      }),
    );
  });

  test('what is required is there, or the list says that there is too little', () => {
    fc.assert(
      fc.property(rules, requests, tiers, (given, request, tier) => {
        const { items, unmet = [] } = list(given, request, tier);
        for (const [index, rule] of given.entries()) {
          if (rule.kind !== 'require') continue;
          const holds = conditionOf(rule.where, pack);
          const found = items.filter(({ id }) => holds(rowOf(id))).length;
          expect(found >= rule.least || unmet.some(({ rule: name }) => name === `require-${index}`)).toBe(
            true,
          );
        }
      }),
    );
  });

  test('what no rule touches keeps its order', () => {
    fc.assert(
      fc.property(rules, requests, (given, request) => {
        const moving = given.filter(({ kind }) => kind !== 'boost' && kind !== 'bury');
        const shown = list(moving, { ...request, diversity: 0, explain: true });
        const free = shown.items
          .filter(({ reasons }) => !reasons!.some(({ kind }) => kind === 'rule'))
          .map(({ id }) => everything.indexOf(id));
        expect(free).toEqual([...free].sort((one, other) => one - other));
      }),
    );
  });

  test('the same moment gives the same list, and explanations tell every move', () => {
    fc.assert(
      fc.property(rules, requests, (given, request) => {
        const one = list(given, { ...request, explain: true });
        expect(list(given, { ...request, explain: true })).toEqual(one);
        for (const { moves, position } of one.items) expect(moves!.at(-1)!.after).toBe(position);
      }),
    );
  });
});
