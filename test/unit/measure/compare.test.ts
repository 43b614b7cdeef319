import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compare, type Trial } from '../../../src/measure/compare.ts';

const trial = (variant: string, clicks: number, impressions: number): Trial => ({
  variant,
  clicks,
  impressions,
});

/** The same by brute force: draws from Beta posteriors as ratios of sums of exponentials (whole parameters). */
function drawn(trials: readonly Trial[], draws: number): { best: number[]; loss: number[] } {
  let seed = 7;
  const uniform = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed + 0.5) / 2 ** 32;
  };
  const gamma = (shape: number) => {
    let product = 0;
    for (let step = 0; step < shape; step++) product -= Math.log(uniform());
    return product;
  };
  const best = trials.map(() => 0);
  const loss = trials.map(() => 0);
  for (let draw = 0; draw < draws; draw++) {
    const rates = trials.map(({ clicks, impressions }) => {
      const [hits, misses] = [gamma(1 + clicks), gamma(1 + impressions - clicks)];
      return hits / (hits + misses);
    });
    const most = Math.max(...rates);
    best[rates.indexOf(most)]! += 1 / draws;
    for (const [at, rate] of rates.entries()) loss[at]! += (most - rate) / draws;
  }
  return { best, loss };
}

const trials = fc
  .array(
    fc.record({
      impressions: fc.integer({ min: 0, max: 100_000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((list) =>
    list.map(({ impressions, share }, at) => trial(`v${at}`, Math.floor(impressions * share), impressions)),
  );

/** Integrals by the thousand take a while where the machine is busy. */
vi.setConfig({ testTimeout: 60_000 });

describe('comparing variants', () => {
  it('agrees with eighty thousand draws from the posteriors', () => {
    const some = [trial('a', 12, 200), trial('b', 20, 210), trial('c', 3, 40)];
    const { best, loss } = drawn(some, 80_000);
    for (const [at, one] of compare(some).variants.entries()) {
      expect(one.best).toBeCloseTo(best[at]!, 2);
      expect(one.loss).toBeCloseTo(loss[at]!, 3);
    }
  });

  it('says what can be worked out by hand: with no data two variants are alike, and the loss is a sixth', () => {
    const { variants } = compare([trial('a', 0, 0), trial('b', 0, 0)]);
    // max of two uniform numbers is 2/3 in expectation.
    for (const one of variants) {
      expect(one.best).toBeCloseTo(0.5, 4);
      expect(one.loss).toBeCloseTo(1 / 6, 4);
      expect(one.interval[0]).toBeCloseTo(0.025, 3);
      expect(one.interval[1]).toBeCloseTo(0.975, 3);
    }
  });

  it('gives probabilities that add up to 1, losses within [0, 1] and rates within their intervals', () => {
    fc.assert(
      fc.property(trials, (some) => {
        const { variants, leader } = compare(some, { tolerance: 1 });
        expect(variants.reduce((sum, { best }) => sum + best, 0)).toBeCloseTo(1, 3);
        for (const { loss, interval, rate } of variants) {
          expect(loss).toBeGreaterThanOrEqual(0);
          expect(loss).toBeLessThanOrEqual(1);
          expect(interval[0]).toBeLessThanOrEqual(rate);
          expect(interval[1]).toBeGreaterThanOrEqual(rate);
        }
        const least = Math.min(...variants.map(({ loss }) => loss));
        expect(variants.find(({ variant }) => variant === leader)!.loss).toBe(least);
      }),
      { numRuns: 40 },
    );
  });

  it('does not depend on the order of the variants', () => {
    fc.assert(
      fc.property(trials, (some) => {
        const forth = compare(some, { tolerance: 1 }).variants;
        const back = compare([...some].reverse(), { tolerance: 1 }).variants.reverse();
        for (const [at, one] of forth.entries()) expect(one.best).toBeCloseTo(back[at]!.best, 6);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves a variant with more clicks no less likely to be the best', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 5000 }), fc.nat(100), (impressions, percent) => {
        const clicks = Math.floor((impressions - 1) * (percent / 100));
        const before = compare([trial('a', clicks, impressions), trial('b', 5, 100)], { tolerance: 1 });
        const after = compare([trial('a', clicks + 1, impressions), trial('b', 5, 100)], { tolerance: 1 });
        expect(after.variants[0]!.best).toBeGreaterThanOrEqual(before.variants[0]!.best - 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('says how many impressions are still needed, and with as many more at the same rates it is decided', () => {
    const some = [trial('a', 30, 1000), trial('b', 40, 1000)];
    const { needed, decided } = compare(some);
    expect(decided).toBe(false);
    expect(needed).toBeGreaterThan(0);
    const later = compare(
      some.map(({ variant, clicks, impressions }) =>
        trial(
          variant,
          clicks + Math.round((needed! * (1 + clicks)) / (2 + impressions)),
          impressions + needed!,
        ),
      ),
    );
    // The tolerance follows the leader's rate, and whole clicks are rounded.
    expect(later.needed!).toBeLessThanOrEqual(needed! * 0.05);
  });

  it('needs fewer impressions the farther the rates are apart, and none where it is clear', () => {
    const apart = (clicks: number) => compare([trial('a', 100, 2000), trial('b', clicks, 2000)]).needed!;
    expect(apart(112)).toBeGreaterThan(apart(130));
    expect(apart(300)).toBe(0);
  });

  it('counts what is no number as nothing, and more clicks than impressions as seen', () => {
    const { variants } = compare([trial('a', Number.NaN, -3), trial('b', 5, 2)], { tolerance: 1 });
    expect(variants[0]!.rate).toBe(0.5);
    expect(variants[1]!.rate).toBeCloseTo(6 / 7, 9);
    expect(() => compare([])).toThrow(RangeError);
  });
});
