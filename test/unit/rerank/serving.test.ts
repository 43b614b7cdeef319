import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredInteraction } from '../../../src/contract.ts';
import { historyAt } from '../../../worker/model/history.ts';
import { linearScores } from '../../../worker/model/scores.ts';
import type { Pack } from '../../../worker/pack/pack.ts';
import { buyAgainList, readiness } from '../../../worker/rerank/due.ts';
import { foundList } from '../../../worker/rerank/found.ts';
import {
  type Asker,
  popularList,
  recommendList,
  rerankList,
  similarList,
} from '../../../worker/rerank/lists.ts';
import * as refinements from '../../../worker/rerank/refine.ts';
import { trendingList } from '../../../worker/rerank/trending.ts';
import { interaction, moment, syntheticPack } from '../support/synthetic-pack.ts';

const pack = syntheticPack();
const ids = ({ items }: { items: readonly { id: string }[] }) => items.map(({ id }) => id);
const bought = (item: string, daysAgo: number, seq: number): StoredInteraction =>
  interaction(seq, item, 'purchase', daysAgo);

function askerOf(interactions: readonly StoredInteraction[]): Asker {
  const history = historyAt(interactions, pack, moment);
  return { pack, history, scores: linearScores(history, pack), refinements, now: moment, random: () => 0.5 };
}

describe('pages', () => {
  const item = fc.constantFrom(...pack.ids);
  const histories = fc.array(fc.tuple(item, fc.nat(60)), { maxLength: 8 });
  const purchases = (given: [string, number][]) => given.map(([id, ago], at) => bought(id, ago, at + 1));

  test('of a list never repeat, come to an end, and show everything, whatever is bought in between', () => {
    fc.assert(
      fc.property(
        fc.array(histories, { minLength: 1 }),
        fc.integer({ min: 1, max: 25 }),
        (moments, limit) => {
          const given: string[] = [];
          for (let turn = 0; ; turn++) {
            const asker = askerOf(purchases(moments[turn % moments.length]!));
            const list = recommendList({ limit, page: { list: 'one', given } }, asker);
            expect(list.items.length).toBe(Math.min(limit, pack.ids.length - given.length));
            given.push(...ids(list));
            if (!list.hasMore) break;
          }
          expect(given.toSorted()).toEqual([...pack.ids].sort());
        },
      ),
      { numRuns: 50 },
    );
  });

  test('of a quiet list are the whole list in parts', () => {
    const asker = askerOf([bought('item-3', 4, 1)]);
    const whole = ids(recommendList({ limit: 1e9 }, asker));
    const parts: string[] = [];
    while (parts.length < whole.length)
      parts.push(...ids(recommendList({ limit: 7, page: { list: 'one', given: parts } }, asker)));
    expect(parts).toEqual(whole);
  });

  test('of no length have no next one', () => {
    expect(recommendList({ limit: 0 }, askerOf([])).hasMore).toBe(false);
    expect(rerankList([], {}, askerOf([])).hasMore).toBe(false);
  });

  test('of the app’s own list, of similar, popular and trending items go on, too', () => {
    const asker = askerOf([]);
    const own = ['item-3', 'mine', 'item-8', 'item-20'];
    const lists = [
      (given: string[]) => rerankList(own, { limit: 1, page: { list: 'one', given } }, asker),
      (given: string[]) => similarList(['item-7'], { limit: 1, page: { list: 'one', given } }, pack),
      (given: string[]) => popularList({ limit: 1, page: { list: 'one', given } }, {}, pack),
      (given: string[]) => trendingList({ limit: 1, page: { list: 'one', given } }, pack),
    ];
    for (const list of lists) {
      const first = list([]);
      const second = list(ids(first));
      expect(first.hasMore).toBe(true);
      expect(second.items).toHaveLength(1);
      expect(ids(second)).not.toEqual(ids(first));
    }
  });
});

describe('popular', () => {
  const segments = new Map([
    ['age', new Map([['old', Int32Array.of(40, 41)]])],
    ['place', new Map([['town', Int32Array.of(41, 42, 40)]])],
  ]);
  const withSegments: Pack = { ...pack, popular: { ...pack.popular, segments } };
  const everybody = ids(popularList({ limit: 1e9 }, {}, pack));

  test('begins with what people of one kind take, and goes on with what everybody takes', () => {
    const list = ids(popularList({ limit: 1e9 }, { age: 'old' }, withSegments));
    expect(list.slice(0, 2)).toEqual(['item-40', 'item-41']);
    expect(list.slice(2)).toEqual(everybody.filter((id) => id !== 'item-40' && id !== 'item-41'));
  });

  test('weighs several kinds by place', () => {
    // item-41: 1/2 + 1, item-40: 1 + 1/3, item-42: 1/2.
    const list = popularList({ limit: 3 }, { age: 'old', place: 'town' }, withSegments);
    expect(ids(list)).toEqual(['item-41', 'item-40', 'item-42']);
  });

  test('stays as it is for facts that the pack does not know', () => {
    for (const facts of [{ age: 'young' }, { shoe: 43 }, { __proto__: 'x' }])
      expect(ids(popularList({ limit: 1e9 }, facts, withSegments))).toEqual(everybody);
  });

  test('keeps a segment to the category that was asked for', () => {
    const inCategory = (row: number) => pack.categories[pack.priors.leaf[row]!]!.name;
    const category = inCategory(41);
    const list = ids(popularList({ limit: 1, category }, { age: 'old' }, withSegments));
    expect(list).toEqual([inCategory(40) === category ? 'item-40' : 'item-41']);
  });
});

describe('trending', () => {
  test('is what rises among what is bought at all, most first', () => {
    const list = trendingList({ limit: 1e9 }, pack);
    const { recent, popularity } = pack.priors;
    const half = [...recent].sort((a, b) => b - a)[Math.ceil(recent.length / 2) - 1]!;
    const rows = ids(list).map((id) => pack.rowOf.get(id)!);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(recent[row]! - popularity[row]!).toBeGreaterThan(0);
      expect(recent[row]!).toBeGreaterThanOrEqual(half);
    }
    const scores = list.items.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test('keeps to a category, and goes by the lists where nothing else is here', () => {
    const { priors: _p, linear: _l, ...early } = pack;
    const [best] = trendingList({}, early).items;
    const { recent, overall } = pack.popular;
    const place = (list: Int32Array, id: string) => {
      const at = list.indexOf(pack.rowOf.get(id)!);
      return at < 0 ? list.length : at;
    };
    expect(place(recent, best!.id)).toBeLessThan(place(overall, best!.id));
    const tea = trendingList({ category: 'Tea', limit: 1e9 }, pack);
    for (const id of ids(tea))
      expect(pack.categories[pack.priors.leaf[pack.rowOf.get(id)!]!]!.name).toBe('Tea');
    expect(() => trendingList({ category: 'Nowhere' }, pack)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

describe('buying again', () => {
  test('is most due on its day', () => {
    expect(readiness(30, 30)).toBe(1);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0.1, max: 1e4, noNaN: true }),
        (days, interval) => {
          const ready = readiness(days, interval);
          expect(ready >= 0 && ready <= 1).toBe(true);
        },
      ),
    );
  });

  test('says when, and puts what is due before what was just bought', () => {
    const usual = [44, 34, 24, 14].map((ago, at) => bought('item-5', ago, at + 1));
    const fresh = [30.1, 20.1, 10.1, 0.1].map((ago, at) => bought('item-9', ago, at + 5));
    const list = buyAgainList({}, askerOf([...usual, ...fresh]));
    expect(ids(list)).toEqual(['item-5', 'item-9']);
    expect(list.items[0]!.due).toMatchObject({ times: 4, daysSince: 14 });
    expect(list.items[1]!.due!.daysSince).toBeCloseTo(0.1);
    expect(list.items[0]!.due!.interval).toBeGreaterThan(0);
    expect(list.short).toBe('mode');
  });

  test('is empty for a stranger', () => {
    expect(buyAgainList({}, askerOf([]))).toMatchObject({ items: [], short: 'mode', hasMore: false });
  });
});

describe('what was found', () => {
  const found = { rows: [10, 20, 30], fit: [1, 0.9, 0.5] };
  const asker = askerOf([bought('item-3', 4, 1)]);

  test('stands in the order of the words where taste counts nothing, and moves with taste', () => {
    expect(ids(foundList(found, 0, {}, asker))).toEqual(['item-10', 'item-20', 'item-30']);
    const { scores } = asker.scores;
    const least = Math.min(...found.rows.map((row) => scores[row]!));
    const most = Math.max(...found.rows.map((row) => scores[row]!));
    const list = foundList(found, 1, { explain: true }, asker);
    for (const { id, score, parts } of list.items) {
      const row = pack.rowOf.get(id)!;
      expect(score).toBeCloseTo(
        found.fit[found.rows.indexOf(row)]! + (scores[row]! - least) / (most - least),
        5,
      );
      expect(parts!.text! + parts!.taste!).toBeCloseTo(score, 5);
    }
    expect(list.items).toHaveLength(3);
  });

  test('shows what is disliked to whoever looks for it', () => {
    const who = askerOf([{ ...bought('item-20', 1, 1), type: 'dislike' }]);
    expect(ids(foundList(found, undefined, {}, who))).toContain('item-20');
  });
});

describe('similar to several', () => {
  test('leaves the seeds out, passes over what is unknown, and adds up what each says', () => {
    const one = similarList(['item-1'], { by: 'together', limit: 1e9 }, pack);
    const other = similarList(['item-2'], { by: 'together', limit: 1e9 }, pack);
    const both = similarList(['item-1', 'gone', 'item-2'], { by: 'together', limit: 1e9 }, pack);
    const score = (list: typeof one, id: string) => list.items.find((item) => item.id === id)?.score ?? 0;
    expect(ids(both)).not.toContain('item-1');
    expect(ids(both)).not.toContain('item-2');
    for (const { id, score: sum } of both.items)
      expect(sum).toBeCloseTo(score(one, id) + score(other, id), 5);
    const near = similarList(['item-1', 'item-2'], { by: 'taste', limit: 1e9 }, pack);
    expect(near.items).toHaveLength(pack.ids.length - 2);
  });
});
