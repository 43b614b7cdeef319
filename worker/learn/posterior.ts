/**
 * A Bayesian linear regression that is never finished: one closed-form update for each observation, old ones fading away.
 *
 * Kept are the two sums of the normal equations, not their solution: `S = sum w x x'` and `v = sum w y x`, each times the forgetting factor
 * at every update. The weights' posterior is normal with mean `A^-1 v` and covariance `noise^2 A^-1`, `A = ridge I + S`; the ridge, the prior's
 * precision, never fades. So nothing is inverted step by step, no rounding error is carried on, `S` is symmetric because only its upper triangle
 * exists, and `A` is never nearer to singular than the ridge: see "The head that learns on the device" in `docs/model.md`.
 */

/** The sums of what was observed. Changed in place by {@link observe}. */
export interface Sums {
  /** Features of an observation. */
  readonly size: number;
  /** `[size * (size + 1) / 2]`: the upper triangle of `S`, row after row. */
  readonly precision: Float64Array;
  /** `[size]`: `v` */
  readonly vector: Float64Array;
}

/** What the sums say about the weights. */
export interface Posterior {
  readonly size: number;
  /** `[size]` */
  readonly mean: Float64Array;
  /** `[size * (size + 1) / 2]`: the lower triangle of `L`, row after row; `L L' = A`. */
  readonly factor: Float64Array;
  /** Standard deviation of an observation around its expectation. */
  readonly noise: number;
}

/** How much is believed before anything was observed. */
export interface Prior {
  /** Precision of every weight, in observations; above 0. */
  readonly ridge: number;
  /** Standard deviation of an observation around its expectation; above 0. */
  readonly noise: number;
}

/** Nothing observed yet. */
export const noSums = (size: number): Sums => ({
  size,
  precision: new Float64Array((size * (size + 1)) / 2),
  vector: new Float64Array(size),
});

/**
 * Lets what was observed fade, and adds one observation. What is not finite is not observed.
 *
 * @param features `[size]`
 * @param weight what is added to `S`, as a multiple of `x x'`; 0 or more
 * @param evidence what is added to `v`, as a multiple of `x`: weight times outcome
 * @param kept the forgetting factor, 0 to 1
 */
export function observe(
  { size, precision, vector }: Sums,
  features: ArrayLike<number>,
  weight: number,
  evidence: number,
  kept: number,
): void {
  if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY && Number.isFinite(evidence))) return;
  for (let place = 0; place < size; place++) if (!Number.isFinite(features[place])) return;
  for (let row = 0, at = 0; row < size; row++) {
    const scaled = weight * features[row]!;
    vector[row] = kept * vector[row]! + evidence * features[row]!;
    for (let column = row; column < size; column++, at++)
      precision[at] = kept * precision[at]! + scaled * features[column]!;
  }
}

/** Solves the normal equations by Cholesky's decomposition. */
export function posteriorOf({ size, precision, vector }: Sums, { ridge, noise }: Prior): Posterior {
  const factor = new Float64Array(precision.length);
  const rowAt = (row: number) => (row * (row + 1)) / 2;
  for (let column = 0, at = 0; column < size; column++) {
    for (let row = column; row < size; row++, at++) {
      const left = rowAt(row);
      const upper = rowAt(column);
      let sum = precision[at]! + (row === column ? ridge : 0);
      for (let k = 0; k < column; k++) sum -= factor[left + k]! * factor[upper + k]!;
      // Rounding may take a little away from what is the ridge at least.
      factor[left + column] =
        row === column ? Math.sqrt(Math.max(sum, ridge / 2)) : sum / factor[upper + column]!;
    }
  }
  const mean = solveUpper(factor, solveLower(factor, vector, size), size);
  return { size, mean, factor, noise };
}

/** `L y = b` */
function solveLower(factor: Float64Array, given: ArrayLike<number>, size: number): Float64Array {
  const solved = new Float64Array(size);
  for (let row = 0, at = 0; row < size; row++, at++) {
    let sum = given[row]!;
    for (let column = 0; column < row; column++, at++) sum -= factor[at]! * solved[column]!;
    solved[row] = sum / factor[at]!;
  }
  return solved;
}

/** `L' x = y` */
function solveUpper(factor: Float64Array, given: ArrayLike<number>, size: number): Float64Array {
  const solved = new Float64Array(size);
  for (let row = size - 1; row >= 0; row--) {
    let sum = given[row]!;
    for (let below = row + 1; below < size; below++)
      sum -= factor[(below * (below + 1)) / 2 + row]! * solved[below]!;
    solved[row] = sum / factor[(row * (row + 1)) / 2 + row]!;
  }
  return solved;
}

/** What is expected where these are the features. */
export function expected(weights: ArrayLike<number>, features: ArrayLike<number>): number {
  let sum = 0;
  for (let place = 0; place < weights.length; place++) sum += weights[place]! * features[place]!;
  return sum;
}

/** Standard deviation of the expectation: how little is known where these are the features. */
export function uncertainty({ factor, size, noise }: Posterior, features: ArrayLike<number>): number {
  let sum = 0;
  for (const part of solveLower(factor, features, size)) sum += part * part;
  return noise * Math.sqrt(sum);
}

/**
 * Weights drawn from the posterior.
 *
 * @param normal gives standard normal numbers
 */
export function drawn({ size, mean, factor, noise }: Posterior, normal: () => number): Float64Array {
  const spread = solveUpper(factor, Float64Array.from({ length: size }, normal), size);
  return mean.map((weight, place) => weight + noise * spread[place]!);
}

/** Standard normal numbers from uniform ones in [0, 1), by Box and Muller. */
export function normalFrom(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
