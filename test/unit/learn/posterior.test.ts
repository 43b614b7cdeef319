import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drawn,
  expected,
  normalFrom,
  noSums,
  observe,
  posteriorOf,
  uncertainty,
} from '../../../worker/learn/posterior.ts';
import golden from '../../golden/learn.json' with { type: 'json' };
import { randomFrom } from '../support/synthetic-pack.ts';

const prior = { ridge: 2, noise: 0.3 };

describe('what the head believes', () => {
  test('is what the trainer gets by solving all at once, with and without forgetting', () => {
    for (const {
      size,
      kept,
      ridge,
      noise,
      features,
      weights,
      outcomes,
      mean,
      probe,
      uncertainty: deviation,
    } of golden.cases) {
      const sums = noSums(size);
      features.forEach((row, at) => {
        observe(sums, row, weights[at]!, weights[at]! * outcomes[at]!, kept);
      });
      const posterior = posteriorOf(sums, { ridge, noise });
      mean.forEach((weight, place) => {
        expect(posterior.mean[place]).toBeCloseTo(weight, 10);
      });
      expect(uncertainty(posterior, probe)).toBeCloseTo(deviation, 10);
    }
  });

  test('stays finite, and never surer or vaguer than it may be, through 100,000 updates of any kind', () => {
    const size = 32;
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          kept: fc.constantFrom(1, 0.9995, 0.9),
          scale: fc.constantFrom(1, 1e-8, 1e3),
          same: fc.boolean(),
        }),
        ({ seed, kept, scale, same }) => {
          const random = randomFrom(seed);
          const sums = noSums(size);
          const direction = Float64Array.from({ length: size }, () => scale * (2 * random() - 1));
          const features = direction.slice();
          for (let update = 0; update < 100_000; update++) {
            // The same direction again and again is what makes a covariance that is updated step by step break.
            if (!same) features[update % size] = scale * (2 * random() - 1);
            observe(sums, features, random(), 2 * random() - 1, kept);
          }
          const posterior = posteriorOf(sums, prior);
          expect(posterior.mean.every(Number.isFinite)).toBe(true);
          expect(sums.precision.every(Number.isFinite)).toBe(true);
          const length = Math.sqrt(expected(direction, direction));
          const deviation = uncertainty(posterior, direction);
          expect(deviation).toBeGreaterThan(0);
          expect(deviation).toBeLessThanOrEqual((prior.noise / Math.sqrt(prior.ridge)) * length * (1 + 1e-9));
          expect(drawn(posterior, normalFrom(random)).every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 6 },
    );
  }, 60_000);

  test('does not change by an observation that is no number', () => {
    const sums = noSums(2);
    observe(sums, [1, 2], 1, 1, 1);
    const before = structuredClone(sums);
    observe(sums, [Number.NaN, 1], 1, 1, 0.9);
    observe(sums, [1, 1], Number.POSITIVE_INFINITY, 1, 0.9);
    observe(sums, [1, 1], -1, 1, 0.9);
    observe(sums, [1, 1], 1, Number.NaN, 0.9);
    expect(sums).toEqual(before);
  });

  test('is uncertain in the proportions in which its draws differ', () => {
    const sums = noSums(3);
    for (let at = 0; at < 20; at++) observe(sums, [1, at % 2, at / 20], 1, at / 20, 1);
    const posterior = posteriorOf(sums, prior);
    const normal = normalFrom(randomFrom(3));
    const probe = [0.5, -1, 2];
    const draws = Array.from({ length: 20_000 }, () => expected(drawn(posterior, normal), probe));
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const variance = draws.reduce((sum, one) => sum + (one - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(expected(posterior.mean, probe), 2);
    expect(Math.sqrt(variance) / uncertainty(posterior, probe)).toBeCloseTo(1, 1);
  });
});
