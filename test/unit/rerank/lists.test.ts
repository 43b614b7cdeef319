import { describe, expect, test } from 'vitest';
import type { StoredInteraction } from '../../../src/contract.ts';
import { historyAt } from '../../../worker/model/history.ts';
import { linearScores, popularScores } from '../../../worker/model/scores.ts';
import type { Pack } from '../../../worker/pack/pack.ts';
import {
  type Asker,
  popularList,
  recommendList,
  rerankList,
  similarList,
} from '../../../worker/rerank/lists.ts';
import { startingList } from '../../../worker/rerank/popular.ts';
import * as refinements from '../../../worker/rerank/refine.ts';
import {
  interaction,
  manifestFor,
  moment,
  syntheticInteractions,
  syntheticPack,
} from '../support/synthetic-pack.ts';

const pack = syntheticPack();

function askerOf(interactions: StoredInteraction[], of = pack): Asker {
  const history = historyAt(interactions, of, moment);
  return {
    pack: of,
    history,
    scores: linearScores(history, of),
    refinements,
    now: moment,
    random: () => 0.5,
  };
}

const regular = askerOf(syntheticInteractions(pack, 80));
const newcomer = askerOf([]);
const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);

describe('recommend', () => {
  test('has a list for a visitor without a history', () => {
    const list = recommendList({}, newcomer);
    expect(list.items).toHaveLength(10);
    expect(list.source).toBe('linear');
    expect(list.short).toBeUndefined();
  });

  test('works on a pack of one item', () => {
    const lone = syntheticPack({ items: 1, neighbours: 1 });
    const list = recommendList(
      { diversity: 0.5, explain: true },
      askerOf(syntheticInteractions(lone, 5), lone),
    );
    expect(ids(list)).toEqual(['item-0']);
    expect(list.short).toBe('catalogue');
  });

  test('gives nothing for a limit of 0, and everything for an endless one', () => {
    expect(recommendList({ limit: 0 }, regular)).toEqual({ items: [], source: 'linear', hasMore: false });
    const all = recommendList({ limit: 1e9 }, regular);
    expect(all.items).toHaveLength(60);
    expect(all.short).toBe('catalogue');
  });

  test('says that the filter left nothing', () => {
    const list = recommendList({ filter: { category: 'Nowhere' } }, regular);
    expect(list.items).toEqual([]);
    expect(list.short).toBe('filter');
  });

  test('says that there is nothing to buy again', () => {
    const list = recommendList({ mode: 'repeat' }, newcomer);
    expect(list.items).toEqual([]);
    expect(list.short).toBe('mode');
  });

  test('matches a category at any level, a brand, and further attributes', () => {
    const { leaf } = pack.priors;
    const shown = ids(recommendList({ filter: { category: 'Drinks' }, limit: 1e9 }, regular));
    const drinks = pack.ids.filter((_, row) => pack.categories[leaf[row]!]!.parent === 0);
    expect(shown.sort()).toEqual(drinks.sort());
    const branded = ids(recommendList({ filter: { brand: ['Brand 2'], size: '3' }, limit: 1e9 }, regular));
    expect(branded.length).toBeGreaterThan(0);
    for (const id of branded) {
      const row = pack.rowOf.get(id)!;
      expect(pack.catalogue.brand![row]).toBe('Brand 2');
      expect(pack.catalogue.attributes!.size![row]).toBe(3);
    }
  });

  test('names the attributes that there are when it is asked for another', () => {
    expect(() => recommendList({ filter: { colour: 'red' } }, regular)).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        message: 'The pack has no attribute colour to filter by; it has category, brand, organic, size.',
      }),
    );
    const { catalogue: _, ...bare } = pack;
    expect(() => recommendList({ filter: { brand: 'Brand 1' } }, { ...regular, pack: bare })).toThrow(
      expect.objectContaining({ code: 'catalogue-missing' }),
    );
  });

  test('leaves out what the visitor dislikes, until it is liked again', () => {
    const [best] = ids(recommendList({}, newcomer));
    const dislike = interaction(1, best!, 'dislike', 2);
    expect(ids(recommendList({ limit: 1e9 }, askerOf([dislike])))).not.toContain(best);
    const like = interaction(2, best!, 'like', 1);
    expect(ids(recommendList({ limit: 1e9 }, askerOf([dislike, like])))).toContain(best);
  });

  test('repeats and discovers by any good sign where the pack knows no habits', () => {
    const cinema = {
      ...pack,
      manifest: manifestFor(60, { eventTypes: [{ name: 'view', weight: 1, habit: false, token: 1 }] }),
    };
    const who = askerOf([interaction(1, 'item-5', 'view', 3)], cinema);
    expect(ids(recommendList({ mode: 'repeat' }, who))).toEqual(['item-5']);
    expect(ids(recommendList({ mode: 'discover', limit: 1e9 }, who))).not.toContain('item-5');
  });

  test('starts from the category’s own list when only that is asked for and nothing else is known', () => {
    const { priors: _p, linear: _l, rows: _r, ...early } = pack as Pack;
    const filter = { category: 'Coffee' };
    const scores = popularScores(startingList(filter, early), 60);
    const history = historyAt([], early, moment);
    const list = recommendList(
      { filter, limit: 3 },
      { pack: early, history, scores, now: moment, random: () => 0 },
    );
    expect(ids(list)).toEqual([...pack.popular.categories.get(3)!].slice(0, 3).map((row) => pack.ids[row]));
    expect(list.items.map(({ score }) => score)).toEqual([1, 0.5, Math.fround(1 / 3)]);
  });

  test('tells what each stage moved', () => {
    const [first, ...rest] = recommendList({ limit: 1e9 }, regular).items;
    const diverse = recommendList({ limit: 5, diversity: 0.9, explain: true }, regular).items;
    expect(diverse[0]!.id).toBe(first!.id);
    expect(diverse[0]!.moves).toEqual([
      { stage: 'score', before: null, after: 0, text: 'at place 1 by its score' },
    ]);
    const moved = diverse.filter(({ moves }) => moves!.length > 1);
    expect(moved.length).toBeGreaterThan(0);
    for (const { id, position, moves } of moved) {
      const byScore = rest.findIndex((item) => item.id === id) + 1;
      expect(moves).toMatchObject([
        { stage: 'score', before: null, after: byScore },
        {
          stage: 'diversify',
          before: byScore,
          after: position,
          text: `${position < byScore ? 'up' : 'down'} from ${byScore + 1} to ${position + 1} so that the list is varied`,
        },
      ]);
    }
  });
});

describe('reasons', () => {
  /** item-0 speaks for item-1 and itself; nothing else is in the matrix. */
  const linear = {
    scale: new Float32Array(60).fill(0.01),
    offset: Uint32Array.from({ length: 61 }, (_, row) => (row === 0 ? 0 : row === 1 ? 2 : 3)),
    target: Uint16Array.of(0, 1, 1),
    weight: Int8Array.of(50, 100, -20),
  };
  const simple = { ...pack, linear };
  const who = askerOf(
    [
      interaction(1, 'item-0', 'purchase', 20),
      interaction(2, 'item-1', 'view', 15),
      interaction(3, 'item-0', 'purchase', 11),
    ],
    simple,
  );
  const explained = (id: string) =>
    recommendList({ limit: 1e9, explain: true }, who).items.find((item) => item.id === id)!;

  test('name the item of the past whose weight is in the score, with its exact share', () => {
    const { reasons, parts } = explained('item-1');
    const because = reasons!.find(({ kind }) => kind === 'because')!;
    expect(because).toMatchObject({
      item: 'item-0',
      type: 'purchase',
      time: moment - 11 * 86_400_000,
      text: 'because of Item, number 0',
    });
    const { interest } = who.scores.evidence!;
    const gave = interest.strengths[0]! * Math.fround(0.01) * 100;
    const others = Object.entries(parts!)
      .filter(([name]) => name !== 'together')
      .reduce((sum, [, part]) => sum + Math.max(0, part), 0);
    expect('share' in because && because.share).toBeCloseTo(gave / (gave + others), 6);
  });

  test('tell how often and how lately something was bought', () => {
    const habit = explained('item-0').reasons!.find(({ kind }) => kind === 'habit')!;
    expect(habit).toMatchObject({ times: 2, daysSince: 11 });
    expect(habit.text).toMatch(/^about every \d+ days, last 11 days ago$/);
    expect(explained('item-0').reasons!.some((reason) => reason.kind === 'because')).toBe(false);
  });

  test('are popularity alone where nothing is known of the visitor', () => {
    const reasons = recommendList({ limit: 3, explain: true }, newcomer).items.map((item) => item.reasons);
    expect(reasons).toEqual(Array(3).fill([{ kind: 'popular', text: 'popular now' }]));
  });

  /** item-2 is exactly like item-1, item-3 its opposite. */
  const row = Int8Array.from(pack.rows.row);
  row.set(row.slice(16, 32), 32);
  row.set(
    row.slice(16, 32).map((value) => -value),
    48,
  );
  const byTaste = (item: string, parts: Record<string, number>) => {
    const asker = askerOf([interaction(1, 'item-1', 'view', 1)], { ...pack, rows: { ...pack.rows, row } });
    const scores = { ...asker.scores, source: 'model' as const, partsOf: () => parts };
    return recommendList({ limit: 1e9, explain: true }, { ...asker, scores }).items.find(
      ({ id }) => id === item,
    )!.reasons!;
  };

  test('give the model’s taste to what is near in the item space', () => {
    expect(byTaste('item-2', { taste: 3, together: 0, popularity: 1 })).toMatchObject([
      { kind: 'because', item: 'item-1', type: 'view', share: 0.75 },
      { kind: 'popular' },
    ]);
  });

  test('count only what sets an item apart, not what the network gives to every item', () => {
    const asker = askerOf([interaction(1, 'item-1', 'view', 1)], { ...pack, rows: { ...pack.rows, row } });
    const scores = {
      ...asker.scores,
      source: 'model' as const,
      partsOf: () => ({ taste: 3, popularity: 5, habit: 0.7 }),
      typicalParts: () => ({ taste: 2, popularity: 4.75, habit: 0.7 }),
    };
    const { items } = recommendList({ limit: 1e9, explain: true }, { ...asker, scores });
    expect(items.find(({ id }) => id === 'item-2')).toMatchObject({
      reasons: [{ kind: 'because', item: 'item-1', share: 0.8 }, { kind: 'popular' }],
      parts: { taste: 3, popularity: 5, habit: 0.7 },
    });
  });

  test('claim no more than can be told: a taste that nothing in the history is near to has no name', () => {
    expect(byTaste('item-3', { taste: 3, together: 0, affinity: 0, popularity: 1 })).toEqual([
      { kind: 'popular', text: 'popular now' },
    ]);
    expect(byTaste('item-3', { taste: 3, together: 0, affinity: 2, popularity: 0, habit: 1 })).toEqual([]);
  });

  test('use ids where titles are not loaded', () => {
    const { catalogue: _, ...bare } = simple;
    const { items } = recommendList({ limit: 1e9, explain: true }, { ...who, pack: bare });
    const reasons = items.find(({ id }) => id === 'item-1')!.reasons!;
    expect(reasons.some(({ text }) => text === 'because of item-0')).toBe(true);
  });
});

describe('rerank', () => {
  test('orders what the pack knows and leaves the rest in its place', () => {
    const given = ['item-3', 'mine', 'item-8', 'item-20', 'yours', 'item-3'];
    const shown = ids(rerankList(given, {}, regular));
    expect(shown[1]).toBe('mine');
    expect(shown[4]).toBe('yours');
    const { scores } = regular.scores;
    const known = ['item-3', 'item-8', 'item-20'].sort(
      (a, b) => scores[pack.rowOf.get(b)!]! - scores[pack.rowOf.get(a)!]!,
    );
    expect(shown.filter((id) => pack.rowOf.has(id))).toEqual(known);
  });

  test('keeps disliked items, for the app asked for them', () => {
    const who = askerOf([interaction(1, 'item-3', 'dislike', 1)]);
    expect(ids(rerankList(['item-3', 'item-4'], {}, who)).sort()).toEqual(['item-3', 'item-4']);
  });

  test('gives the whole list unless a limit says otherwise, and an empty one for an empty one', () => {
    const given = pack.ids.slice(0, 30);
    expect(rerankList(given, {}, regular).items).toHaveLength(30);
    expect(rerankList(given, { limit: 4 }, regular).items).toHaveLength(4);
    expect(rerankList([], {}, regular)).toEqual({ items: [], source: 'linear', hasMore: false });
  });

  test('gives a list of strangers back as it is', () => {
    expect(rerankList(['b', 'a'], { explain: true }, regular).items).toEqual([
      { id: 'b', score: 0, position: 0 },
      { id: 'a', score: 0, position: 1 },
    ]);
  });
});

describe('similar', () => {
  test('by taste are the nearest in the item space', () => {
    const { items, source } = similarList(['item-7'], { by: 'taste', limit: 5 }, pack);
    expect(source).toBe('model');
    const vector = (row: number) => [...pack.rows.row.slice(row * 16, row * 16 + 16)];
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, d) => sum + x * b[d]!, 0);
    const cosine = (row: number) =>
      dot(vector(7), vector(row)) / Math.sqrt(dot(vector(7), vector(7)) * dot(vector(row), vector(row)));
    const expected = pack.ids
      .map((id, row) => ({ id, near: cosine(row) }))
      .filter(({ id }) => id !== 'item-7')
      .sort((a, b) => b.near - a.near)
      .slice(0, 5);
    expect(items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    items.forEach(({ score }, place) => {
      expect(score).toBeCloseTo(expected[place]!.near, 6);
    });
  });

  test('by purchase are the matrix’s positive neighbours, the item itself left out', () => {
    const { items, source } = similarList(['item-7'], { by: 'together', limit: 1e9 }, pack);
    const { offset, target, weight } = pack.linear;
    const expected = [...target.slice(offset[7], offset[8])].filter(
      (row, at) => weight[offset[7]! + at]! > 0 && row !== 7,
    );
    expect(source).toBe('linear');
    expect(items.map(({ id }) => pack.rowOf.get(id)).sort()).toEqual(expected.sort());
    expect(items.every(({ score }) => score > 0)).toBe(true);
  });

  test('respect filter and exclude, and say why they are few', () => {
    const list = similarList(
      ['item-7'],
      { filter: { category: 'Tea' }, exclude: ['item-1'], limit: 50 },
      pack,
    );
    expect(list.short).toBe('filter');
    for (const { id } of list.items)
      expect(pack.categories[pack.priors.leaf[pack.rowOf.get(id)!]!]!.name).toBe('Tea');
  });

  test('of an item that nobody knows is an error that names it', () => {
    expect(() => similarList(['gone'], {}, pack)).toThrow(
      expect.objectContaining({ code: 'unknown-item', details: { item: 'gone' } }),
    );
  });

  test('by taste needs item rows; without a wish, what is there decides', () => {
    const { rows: _, ...linearOnly } = pack;
    expect(() => similarList(['item-7'], { by: 'taste' }, linearOnly)).toThrow(
      expect.objectContaining({ code: 'model-unavailable' }),
    );
    expect(similarList(['item-7'], {}, linearOnly).source).toBe('linear');
    expect(similarList(['item-7'], {}, pack).source).toBe('model');
  });
});

describe('popular', () => {
  test('is the list of the last weeks, or of all time, or of a category', () => {
    const rows = (list: { items: { id: string }[] }) => list.items.map(({ id }) => pack.rowOf.get(id));
    expect(rows(popularList({ limit: 4 }, {}, pack))).toEqual([...pack.popular.recent.slice(0, 4)]);
    expect(rows(popularList({ limit: 4, window: 'overall' }, {}, pack))).toEqual([
      ...pack.popular.overall.slice(0, 4),
    ]);
    expect(rows(popularList({ limit: 4, category: 'Food' }, {}, pack))).toEqual([
      ...pack.popular.categories.get(1)!.slice(0, 4),
    ]);
  });

  test('leaves out what is excluded and keeps the order', () => {
    const [first, second] = popularList({ limit: 2 }, {}, pack).items;
    const list = popularList({ limit: 1, exclude: [first!.id] }, {}, pack);
    expect(list.items).toEqual([{ ...second, position: 0 }]);
  });

  test('of a category that does not exist is an error', () => {
    expect(() => popularList({ category: 'Nowhere' }, {}, pack)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});
