import { describe, expect, test } from 'vitest';
import { type Choices, explored } from '../../../worker/learn/explore.ts';
import { noSums, observe, posteriorOf } from '../../../worker/learn/posterior.ts';
import { randomFrom } from '../support/synthetic-pack.ts';

const scores = [1, 0.9, 0.8, 0.5, 0.2];
const choices: Choices = {
  scores,
  featuresOf: (candidate) => [1, candidate === 3 ? 2 : 0.1],
  worth: 1,
};
const sums = noSums(2);
for (let at = 0; at < 50; at++) observe(sums, [1, 0.1], 1, 0, 1);
const posterior = posteriorOf(sums, { ridge: 1, noise: 0.3 });
const first = (kind: Parameters<typeof explored>[2], share: number, random: () => number) =>
  explored(choices, posterior, kind, share, 1, random)[0]!;

describe('exploring', () => {
  test('without exploration the list is what it is, and nothing was left to chance', () => {
    const list = explored(choices, posterior, 'none', 1, 3, () => 0);
    expect(list.map(({ candidate, propensity }) => [candidate, propensity])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(list.some(({ explored }) => explored)).toBe(false);
  });

  test.each(['epsilon', 'linucb', 'thompson'] as const)(
    '%s: each item stands there as often as its propensity says',
    (kind) => {
      const random = randomFrom(11);
      const share = 0.6;
      const runs = 4000;
      const seen = scores.map(() => ({ times: 0, propensity: 0 }));
      for (let run = 0; run < runs; run++) {
        const { candidate, propensity } = first(kind, share, random);
        seen[candidate]!.times++;
        seen[candidate]!.propensity += propensity;
      }
      for (const { times, propensity } of seen)
        if (times > 50) expect(propensity / times).toBeCloseTo(times / runs, kind === 'thompson' ? 1 : 1.3);
      // The share is the most that may differ.
      expect(1 - seen[0]!.times / runs).toBeLessThan(share + 0.05);
    },
  );

  test('Thompson sampling and LinUCB try what little is known of, epsilon anything', () => {
    const random = randomFrom(2);
    const tried = (kind: 'epsilon' | 'linucb' | 'thompson') =>
      Array.from({ length: 300 }, () => first(kind, 1, random).candidate);
    const share = (list: number[], candidate: number) =>
      list.filter((one) => one === candidate).length / list.length;
    expect(share(tried('linucb'), 3)).toBe(1);
    expect(share(tried('thompson'), 3)).toBeGreaterThan(share(tried('thompson'), 2));
    expect(share(tried('epsilon'), 4)).toBeGreaterThan(0.1);
  });

  test('no item comes twice, and a list longer than the candidates ends with them', () => {
    for (const kind of ['epsilon', 'linucb', 'thompson'] as const) {
      const list = explored(choices, posterior, kind, 1, 10, randomFrom(4));
      expect(new Set(list.map(({ candidate }) => candidate)).size).toBe(scores.length);
      for (const { propensity } of list) {
        expect(propensity).toBeGreaterThan(0);
        expect(propensity).toBeLessThanOrEqual(1);
      }
      expect(explored({ ...choices, scores: [] }, posterior, kind, 1, 3, Math.random)).toEqual([]);
    }
  });
});
