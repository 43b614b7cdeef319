/** The sparse item-to-item matrix applied to the visitor's interest; see "Item-to-item evidence" in `docs/model.md`. */
import type { ItemRow, LinearMatrix } from '../pack/pack.ts';
import type { Interest } from './interest.ts';

/**
 * Multiplies the interest by the matrix.
 *
 * @returns `[items]`, signed
 */
export function togetherOf(interest: Interest, matrix: LinearMatrix): Float32Array {
  const { scale, offset, target, weight } = matrix;
  const sums = new Float64Array(scale.length);
  for (let at = 0; at < interest.rows.length; at++) {
    const source = interest.rows[at]!;
    const strength = interest.strengths[at]!;
    const end = offset[source + 1]!;
    for (let entry = offset[source]!; entry < end; entry++)
      sums[target[entry]!]! += strength * weight[entry]!;
  }
  const together = new Float32Array(scale.length);
  for (let row = 0; row < together.length; row++) together[row] = scale[row]! * sums[row]!;
  return together;
}

/** One entry of the matrix, scaled; 0 where it is not stored. */
export function weightBetween(source: ItemRow, target: ItemRow, matrix: LinearMatrix): number {
  let low = matrix.offset[source]!;
  let high = matrix.offset[source + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (matrix.target[middle]! < target) low = middle + 1;
    else high = middle;
  }
  const stored = low < matrix.offset[source + 1]! && matrix.target[low] === target;
  return stored ? matrix.scale[target]! * matrix.weight[low]! : 0;
}

/**
 * What each item of the interest gave to one candidate. Their sum is {@link togetherOf} at that candidate, exactly: this is the
 * explanation, not an estimate of it.
 *
 * @returns `[interest.rows.length]`, signed
 */
export function contributionsTo(target: ItemRow, interest: Interest, matrix: LinearMatrix): Float64Array {
  return Float64Array.from(
    interest.rows,
    (source, at) => interest.strengths[at]! * weightBetween(source, target, matrix),
  );
}
