import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewItem } from '../../../src/contract.ts';
import { historyAt } from '../../../worker/model/history.ts';
import { linearScores } from '../../../worker/model/scores.ts';
import type { Pack } from '../../../worker/pack/pack.ts';
import { conditionOf } from '../../../worker/rerank/condition.ts';
import { popularList, recommendList, rerankList, similarList } from '../../../worker/rerank/lists.ts';
import * as refinements from '../../../worker/rerank/refine.ts';
import { withItems } from '../../../worker/shop/added-items.ts';
import { neighboursOf } from '../../../worker/shop/content.ts';
import golden from '../../golden/new-items.json' with { type: 'json' };
import { goldenPack } from '../support/golden-pack.ts';
import { interaction, moment, syntheticPack } from '../support/synthetic-pack.ts';

const pack = syntheticPack({ items: 80 });
const added = (items: readonly NewItem[], to: Pack = pack) =>
  withItems(
    to,
    items.map((item) => ({ ...item, since: moment })),
  ) as typeof pack;
const tea: NewItem = {
  id: 'new tea',
  title: 'Tea of tomorrow',
  categories: ['Drinks', 'Tea'],
  brand: 'Brand 1',
  price: 3.5,
  attributes: { organic: 'yes', strength: 4 },
};
const candle: NewItem = { id: 'new candle', title: 'Candle', categories: ['Home', 'Candles'] };
const askerOf = (of: typeof pack, ...bought: string[]) => {
  const history = historyAt(
    bought.map((item, place) => interaction(place + 1, item, 'purchase', 3)),
    of,
    moment,
  );
  return {
    pack: of,
    history,
    scores: linearScores(history, of),
    refinements,
    now: moment,
    random: () => 0.5,
  };
};
const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
const teas = pack.ids.filter((_, row) => pack.categories[pack.priors.leaf[row]!]!.name === 'Tea');

describe('an item that the pack does not know', () => {
  const grown = added([tea, candle]);
  const row = grown.rowOf.get('new tea')!;

  test('is in every part of the pack, behind the pack’s own items, which stay as they are', () => {
    expect(grown.ids.slice(80)).toEqual(['new tea', 'new candle']);
    expect(grown.categories).toEqual(pack.categories);
    expect(grown.categories[grown.priors.leaf[row]!]!.name).toBe('Tea');
    expect(grown.rows.row).toHaveLength(82 * 16);
    expect(grown.rows.row.subarray(0, 80 * 16)).toEqual(pack.rows.row);
    expect(grown.linear.offset).toHaveLength(83);
    expect(grown.linear.scale).toHaveLength(82);
    for (const column of [
      grown.priors.popularity,
      grown.priors.interval,
      grown.rows.scale,
      grown.rows.bias,
    ]) {
      expect(column).toHaveLength(82);
      expect(column.every(Number.isFinite)).toBe(true);
    }
    expect(grown.catalogue.title[row]).toBe('Tea of tomorrow');
    expect(grown.catalogue.attributes!.strength!.slice(79)).toEqual([null, 4, null]);
    expect(pack.ids).toHaveLength(80);
  });

  test('leaves what the others say of each other as it was', () => {
    const before = linearScores(askerOf(pack, 'item-3', 'item-9').history, pack).scores;
    const after = linearScores(askerOf(grown, 'item-3', 'item-9').history, grown).scores;
    expect(after.subarray(0, 80)).toEqual(before);
  });

  test('is ranked by what was bought of its kind', () => {
    const place = (bought: string[], id: string) => {
      const all = ids(recommendList({ limit: 1e9 }, askerOf(grown, ...bought)));
      return all.indexOf(id);
    };
    expect(place(teas.slice(0, 3), 'new tea')).toBeLessThan(place([], 'new tea'));
    expect(place(teas.slice(0, 3), 'new tea')).toBeLessThan(place(teas.slice(0, 3), 'new candle'));
  });

  test('appears in recommend, rerank, similar, popular of its category and filters', () => {
    const asker = askerOf(grown, teas[0]!);
    expect(ids(recommendList({ limit: 1e9 }, asker))).toContain('new tea');
    expect(ids(rerankList(['item-1', 'new tea', 'item-2'], {}, asker))).toContain('new tea');
    expect(ids(similarList([teas[1]!], { limit: 1e9, by: 'taste' }, grown))).toContain('new tea');
    expect(ids(similarList(['new tea'], { limit: 5, by: 'taste' }, grown))).toHaveLength(5);
    expect(ids(similarList(['new tea'], { limit: 5, by: 'together' }, grown)).length).toBeGreaterThan(0);
    for (const category of ['Tea', 'Drinks'])
      expect(ids(popularList({ category, limit: 1e9 }, {}, grown)).at(-1)).toBe('new tea');
    const holds = conditionOf({ category: 'Drinks', price: { lt: 4 }, strength: { gte: 4 } }, grown);
    expect(grown.ids.filter((_, at) => holds(at))).toEqual(['new tea']);
  });

  test('explains itself by what was bought of its kind', () => {
    const list = recommendList({ limit: 1e9, explain: true }, askerOf(grown, ...teas.slice(0, 3)));
    const { parts, score, reasons } = list.items.find(({ id }) => id === 'new tea')!;
    expect(Object.values(parts!).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 5);
    expect(reasons!.length).toBeGreaterThan(0);
  });

  test('counts in the history as any other', () => {
    const asker = askerOf(grown, 'new tea');
    expect(asker.history.rows).toEqual(Int32Array.of(row));
    expect(ids(recommendList({ mode: 'repeat' }, asker))).toEqual(['new tea']);
  });

  test('may bring a category that the pack does not have', () => {
    const matcha = added([{ id: 'matcha', title: 'Matcha', categories: ['Drinks', 'Tea', 'Powdered'] }]);
    expect(matcha.categories.at(-1)).toEqual({ name: 'Powdered', parent: 4 });
    expect(ids(popularList({ category: 'Powdered' }, {}, matcha))).toEqual(['matcha']);
    const odd = added([{ id: 'odd', title: 'Odd', categories: ['Elsewhere'] }]);
    expect(ids(recommendList({ filter: { category: 'Elsewhere' } }, askerOf(odd)))).toEqual(['odd']);
  });

  test('that the pack knows is left as the pack has it', () => {
    expect(added([{ ...tea, id: 'item-1' }])).toBe(pack);
  });

  test('can be added as soon as the first part of the pack is here', () => {
    const { priors: _p, linear: _l, rows: _r, catalogue: _c, ...early } = pack as Pack;
    const first = added([tea], early);
    expect(ids(popularList({ category: 'Tea', limit: 1e9 }, {}, first))).toContain('new tea');
    const { catalogue: _, ...bare } = pack;
    expect(ids(recommendList({ limit: 1e9 }, askerOf(added([tea], bare))))).toContain('new tea');
  });
});

test('those that stand for an item are of its kind, nearest first, and their shares add up to 1', () => {
  const leaf = 4;
  const near = neighboursOf({ title: 'Item, number 7', leaf, brand: 'Brand 1' }, pack);
  const shares = near.map(({ share }) => share);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(shares).toEqual([...shares].sort((one, other) => other - one));
  expect(near.every(({ row }) => pack.priors.leaf[row] === leaf)).toBe(true);
  expect(near.length).toBeLessThanOrEqual(20);
});

describe('the trainer, which judges how well new items are ranked, gives them the same numbers:', () => {
  const known = {
    ...goldenPack,
    catalogue: { ...goldenPack.catalogue, title: golden.titles, brand: golden.brands },
  };
  const grown = added(
    golden.added.map(({ item }) => item),
    known,
  );

  test.each(golden.added)('$name', ({ item, shares, row, bias, popularity, recent, interval, repeat }) => {
    const at = grown.rowOf.get(item.id)!;
    const near = neighboursOf({ ...item, leaf: grown.priors.leaf[at]! }, known).sort(
      (one, other) => one.row - other.row,
    );
    expect(near.map((one) => one.row)).toEqual(shares.row);
    for (const [place, { share }] of near.entries()) expect(share).toBeCloseTo(shares.share[place]!, 12);
    const found = [grown.rows.bias, grown.priors.popularity, grown.priors.recent, grown.priors.interval];
    for (const [place, value] of [bias, popularity, recent, interval].entries())
      expect(found[place]![at]).toBeCloseTo(value, 5);
    expect(grown.priors.repeat[at]).toBeCloseTo(repeat, 6);
    // Within the half step that int8 may be off.
    for (const [place, value] of row.entries()) {
      const stored = grown.rows.row[at * row.length + place]! * grown.rows.scale[at]!;
      expect(Math.abs(stored - value)).toBeLessThan(0.51 * grown.rows.scale[at]!);
    }
  });

  test('the item-to-item matrix, entry by entry', () => {
    const { scale, offset, target, weight } = grown.linear;
    expect([...offset]).toEqual(golden.linear.offset);
    expect([...target]).toEqual(golden.linear.target);
    expect([...weight]).toEqual(golden.linear.weight);
    for (const [place, value] of scale.entries()) expect(value).toBeCloseTo(golden.linear.scale[place]!, 9);
  });
});

test('whatever is added, the pack stays whole: ascending targets, offsets that end, rows within range, finite numbers', () => {
  const names = fc.constantFrom('Drinks', 'Tea', 'Coffee', 'Food', 'Bread', 'Elsewhere', '__proto__', '🍵');
  const items = fc.array(
    fc.record(
      {
        id: fc.oneof(fc.constantFrom('item-1', 'x', '__proto__'), fc.string({ minLength: 1 })),
        title: fc.string({ minLength: 1 }),
        categories: fc.array(names, { minLength: 1, maxLength: 4 }),
        brand: fc.constantFrom('Brand 1', 'Brand 9'),
        price: fc.double({ min: 0, max: 1e6, noNaN: true }),
        attributes: fc.dictionary(fc.constantFrom('organic', 'size', 'constructor'), fc.constantFrom('a', 3)),
      },
      { requiredKeys: ['id', 'title', 'categories'] },
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(items, (given) => {
      const distinct = [...new Map(given.map((item) => [item.id, item])).values()];
      const { ids: all, rowOf, linear, priors, rows, categories, catalogue } = added(distinct);
      expect(rowOf.size).toBe(all.length);
      expect(linear.offset).toHaveLength(all.length + 1);
      expect(linear.offset.at(-1)).toBe(linear.target.length);
      const { target, offset } = linear;
      const ascending = all.every((_, source) => {
        const targets = target.subarray(offset[source], offset[source + 1]);
        return targets.every((row, at) => row < all.length && (at === 0 || row > targets[at - 1]!));
      });
      expect(ascending).toBe(true);
      for (const column of [linear.scale, rows.scale, rows.bias, priors.popularity, priors.repeat])
        expect(column.length === all.length && column.every(Number.isFinite)).toBe(true);
      expect(priors.leaf.every((leaf) => leaf < categories.length)).toBe(true);
      expect(categories.every(({ parent }, index) => parent < index)).toBe(true);
      for (const column of Object.values(catalogue.attributes!)) expect(column).toHaveLength(all.length);
    }),
    { numRuns: 50 },
  );
});
