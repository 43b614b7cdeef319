import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mode, RecommendRequest } from '../../../src/contract.ts';
import { historyAt } from '../../../worker/model/history.ts';
import { linearScores, popularScores } from '../../../worker/model/scores.ts';
import { type Asker, recommendList, rerankList } from '../../../worker/rerank/lists.ts';
import * as refinements from '../../../worker/rerank/refine.ts';
import { moment, syntheticInteractions, syntheticPack } from '../support/synthetic-pack.ts';

const pack = syntheticPack();

function asker(events: number, seed: number, tier: 'linear' | 'popular' = 'linear'): Asker {
  const history = historyAt(syntheticInteractions(pack, events, seed), pack, moment);
  const scores =
    tier === 'linear' ? linearScores(history, pack) : popularScores(pack.popular.recent, pack.ids.length);
  return { pack, history, scores, refinements, now: moment, random: () => 0.5 };
}

const askers = fc
  .tuple(fc.integer({ min: 0, max: 110 }), fc.integer(), fc.constantFrom('linear', 'popular'))
  .map(([events, seed, tier]) => asker(events, seed, tier as 'linear' | 'popular'));
const ids = fc.array(fc.constantFrom(...pack.ids), { maxLength: 20 });
const filters = fc.constantFrom(
  undefined,
  { category: 'Drinks' },
  { category: ['Coffee', 'Bread'] },
  { brand: 'Brand 1' },
  { category: 'Food', organic: ['yes'], size: ['1', '2'] },
  { category: 'Nowhere' },
);
const requests: fc.Arbitrary<RecommendRequest> = fc
  .record({
    limit: fc.constantFrom(0, 1, 2, 10, 1e9),
    exclude: ids,
    mode: fc.constantFrom<Mode>('any', 'repeat', 'discover'),
    diversity: fc.constantFrom(0, 0.2, 0.7, 1),
    explain: fc.boolean(),
    filter: filters,
  })
  .map(({ filter, ...request }) => (filter ? { ...request, filter } : request));

/** Whether any number in a list, however deep, is not one. */
function hasNaN(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNaN);
}

describe('every list', () => {
  test('has no item twice, none that was excluded, none beyond the limit, and only numbers that are numbers', () => {
    fc.assert(
      fc.property(askers, requests, (who, request) => {
        const { items } = recommendList(request, who);
        const shown = items.map(({ id }) => id);
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.every((id) => pack.rowOf.has(id))).toBe(true);
        expect(shown.some((id) => request.exclude!.includes(id))).toBe(false);
        expect(shown.length).toBeLessThanOrEqual(request.limit!);
        expect(items.map(({ position }) => position)).toEqual(shown.map((_, position) => position));
        expect(hasNaN(items)).toBe(false);
      }),
    );
  });

  test('is sorted by score, equal scores by row, unless it is to be diverse', () => {
    fc.assert(
      fc.property(askers, requests, (who, request) => {
        const { items } = recommendList({ ...request, diversity: 0 }, who);
        for (let place = 1; place < items.length; place++) {
          const [before, after] = [items[place - 1]!, items[place]!];
          const ordered =
            before.score > after.score ||
            (before.score === after.score && pack.rowOf.get(before.id)! < pack.rowOf.get(after.id)!);
          expect(ordered).toBe(true);
        }
      }),
    );
  });

  test('is the same for the same moment', () => {
    fc.assert(
      fc.property(askers, requests, (who, request) => {
        expect(recommendList(request, who)).toEqual(recommendList(request, who));
      }),
    );
  });

  test('holds exactly the best of all that may appear', () => {
    fc.assert(
      fc.property(askers, requests, (who, { filter, ...request }) => {
        const { items } = recommendList({ ...request, diversity: 0 }, who);
        const bought = new Set([...who.history.rows].filter((_, event) => who.history.types[event] === 0));
        const expected = pack.ids
          .map((id, row) => ({ id, row, score: who.scores.scores[row]! }))
          .filter(({ id }) => !request.exclude!.includes(id))
          .filter(({ row }) => request.mode === 'any' || bought.has(row) === (request.mode === 'repeat'))
          .sort((a, b) => b.score - a.score || a.row - b.row)
          .slice(0, request.limit);
        expect(items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      }),
    );
  });

  test('that is diverse shows the same items when it shows all', () => {
    fc.assert(
      fc.property(askers, requests, (who, request) => {
        const all = { ...request, limit: 1e9 };
        const shown = (diversity: number) =>
          recommendList({ ...all, diversity }, who)
            .items.map(({ id }) => id)
            .sort();
        expect(shown(0.8)).toEqual(shown(0));
      }),
    );
  });

  test('of the app keeps its items, without doubles', () => {
    fc.assert(
      fc.property(
        askers,
        fc.array(fc.constantFrom('mine', 'yours', ...pack.ids.slice(0, 9))),
        (who, given) => {
          const { items } = rerankList(given, {}, who);
          expect(items.map(({ id }) => id).sort()).toEqual([...new Set(given)].sort());
          expect(hasNaN(items)).toBe(false);
        },
      ),
    );
  });
});

describe('every explanation', () => {
  test('has parts that add up to the score and shares that add up to at most 1', () => {
    fc.assert(
      fc.property(askers, requests, (who, request) => {
        for (const { score, parts, reasons, moves, position } of recommendList(
          { ...request, explain: true },
          who,
        ).items) {
          const values = Object.values(parts!);
          const magnitude = values.reduce((sum, part) => sum + Math.abs(part), 0);
          expect(Math.abs(values.reduce((sum, part) => sum + part, 0) - score)).toBeLessThanOrEqual(
            1e-6 * magnitude,
          );
          const shares = reasons!.map((reason) => ('share' in reason ? reason.share : 0));
          expect(shares.every((share) => share >= 0)).toBe(true);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
          expect(reasons!.every(({ text }) => text.length > 0)).toBe(true);
          expect(moves![0]).toMatchObject({ stage: 'score', before: null });
          expect(moves!.at(-1)!.after).toBe(position);
        }
      }),
    );
  });
});
