import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Histogram, note, percentilesOf } from '../../../worker/measure/histogram.ts';

function histogramOf(values: readonly number[]): Histogram {
  const histogram: Histogram = {};
  for (const value of values) note(histogram, value);
  return histogram;
}

describe('percentiles of durations', () => {
  it('lie within a tenth of the true ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.02, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const sorted = [...values].sort((one, other) => one - other);
          const { count, p50, p95 } = percentilesOf(histogramOf(values));
          expect(count).toBe(values.length);
          for (const [share, found] of [
            [0.5, p50],
            [0.95, p95],
          ] as const) {
            const right = sorted[Math.ceil(share * values.length) - 1]!;
            expect(Math.abs(found! / right - 1)).toBeLessThan(0.1);
          }
        },
      ),
    );
  });

  it('are null where nothing was measured', () => {
    expect(percentilesOf({})).toEqual({ count: 0, p50: null, p75: null, p95: null });
  });

  it('leave out what is no duration: NaN, and what a clock that was put back gives', () => {
    expect(percentilesOf(histogramOf([Number.NaN, -5, 0])).count).toBe(1);
    expect(percentilesOf(histogramOf([Number.POSITIVE_INFINITY])).p50).toBeGreaterThan(1e11);
    expect(percentilesOf({ x: 3, 4: Number.NaN, 8: 2 } as Histogram).count).toBe(2);
  });

  it('take up a few hundred numbers at most', () => {
    const all = histogramOf(Array.from({ length: 20_000 }, (_, at) => 1.001 ** at / 1000));
    expect(Object.keys(all).length).toBeLessThan(200);
  });
});
