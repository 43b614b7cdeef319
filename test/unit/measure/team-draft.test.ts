import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { teamDraft, winnerOf } from '../../../worker/measure/team-draft.ts';

const list = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 });
const draft = (one: number[], other: number[], limit: number, coin: () => number) =>
  teamDraft([one, other], limit, String, coin);

function coinOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a list made of two rankers by team draft', () => {
  it('holds each item once, as many as were asked for or as both lists have', () => {
    fc.assert(
      fc.property(list, list, fc.integer({ min: 0, max: 25 }), fc.integer(), (one, other, limit, seed) => {
        const { items, teams } = draft(one, other, limit, coinOf(seed));
        expect(new Set(items).size).toBe(items.length);
        expect(items).toHaveLength(Math.min(limit, new Set([...one, ...other]).size));
        expect(teams).toHaveLength(items.length);
      }),
    );
  });

  it('has each ranker bring the best of its list that is not there yet', () => {
    fc.assert(
      fc.property(list, list, fc.integer(), (one, other, seed) => {
        const { items, teams } = draft(one, other, 25, coinOf(seed));
        for (const [at, item] of items.entries()) {
          const before = new Set(items.slice(0, at));
          expect([one, other][teams[at]!]!.find((candidate) => !before.has(candidate))).toBe(item);
        }
      }),
    );
  });

  it('lets neither ranker bring more than one item more, as long as both have some', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer(), (limit, seed) => {
        const one = Array.from({ length: 20 }, (_, at) => at);
        const other = Array.from({ length: 20 }, (_, at) => 100 + at);
        const { teams } = draft(one, other, limit, coinOf(seed));
        const second = teams.filter((team) => team === 1).length;
        expect(Math.abs(limit - 2 * second)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('of two equal rankers gives each the same chance at each position', () => {
    const same = [1, 2, 3, 4, 5, 6];
    const coin = coinOf(5);
    const firsts = same.map(() => 0);
    for (let round = 0; round < 4000; round++)
      for (const [at, team] of draft(same, same, 6, coin).teams.entries()) if (team === 0) firsts[at]! += 1;
    // Four standard deviations of 4,000 coins.
    for (const count of firsts) expect(Math.abs(count - 2000)).toBeLessThan(127);
  });

  it('is won by whoever got more clicks', () => {
    expect(winnerOf([2, 1])).toBe(0);
    expect(winnerOf([0, 1])).toBe(1);
    expect(winnerOf([3, 3])).toBeUndefined();
  });
});
