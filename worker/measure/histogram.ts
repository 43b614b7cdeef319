/** Durations in few numbers: how many fell into which bucket, each a fifth wider than the one before. */
import type { Percentiles } from '../../src/contract.ts';

/** Counts by bucket; plain JSON. */
export type Histogram = Record<string, number>;

/** Buckets for each doubling: what is read back is at most a tenth away from what was put in. */
const perDoubling = 4;
/** Milliseconds; what is shorter counts as 0. */
const shortest = 0.01;
/** Ten years. */
const longest = 3e11;

const bucketOf = (milliseconds: number): string =>
  milliseconds < shortest
    ? 'none'
    : String(Math.floor(Math.log2(Math.min(milliseconds, longest) / shortest) * perDoubling));

const middleOf = (bucket: string): number =>
  bucket === 'none' ? 0 : shortest * 2 ** ((Number(bucket) + 0.5) / perDoubling);

/** Adds one duration, in place. What is no number, or below 0 because a clock was put back, is left out. */
export function note(histogram: Histogram, milliseconds: number): void {
  if (!(milliseconds >= 0)) return;
  const bucket = bucketOf(milliseconds);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
}

/** Reads percentiles; a damaged bucket counts as empty. */
export function percentilesOf(histogram: Histogram): Percentiles {
  const buckets = Object.entries(histogram)
    .map(([bucket, count]) => ({ middle: middleOf(bucket), count }))
    .filter(({ middle, count }) => Number.isFinite(middle) && count > 0 && Number.isFinite(count))
    .sort((one, other) => one.middle - other.middle);
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const below = (share: number): number | null => {
    let left = share * count;
    const reached = buckets.find((bucket) => {
      left -= bucket.count;
      return left <= 0;
    });
    return reached?.middle ?? null;
  };
  return { count, p50: below(0.5), p75: below(0.75), p95: below(0.95) };
}
