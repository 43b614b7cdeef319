/**
 * Two ways to say how much variety an item would add to those already chosen. Both under "Diversity" in `docs/model.md`; both are asked
 * place by place.
 */
import type { LikenessWithin } from './similarity.ts';

/** The choice so far, as the candidates that are left see it. */
export interface Variety {
  /** `[candidates]`, 0 or below: what each would add in variety, 0 where nothing like it was chosen. */
  readonly added: Float64Array;
  /** Chooses the candidate at a place. */
  choose(place: number): void;
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): an item adds minus its likeness to the nearest one chosen,
 * held between 0 and 1.
 *
 * @param candidates how many
 */
export function marginalRelevance(candidates: number, likeness: LikenessWithin): Variety {
  const added = new Float64Array(candidates);
  const near = new Float64Array(candidates);
  return {
    added,
    choose(place) {
      likeness(place, near);
      for (let at = 0; at < candidates; at++) added[at] = Math.min(added[at]!, -Math.min(1, near[at]!));
    },
  };
}

/** A candidate that the chosen ones span to within this share of its length adds no less than the logarithm of it. */
const leastResidual = 1e-6;

/**
 * The mode of a determinantal point process, chosen greedily (Chen, Zhang and Zhou, NeurIPS 2018): an item adds the logarithm of the share
 * of its squared length that lies outside the span of those chosen, which is what it adds to the logarithm of their Gram determinant.
 * The Cholesky factor grows by one column a place, so that all places together cost candidates times places squared.
 *
 * @param candidates how many
 */
export function determinant(candidates: number, likeness: LikenessWithin): Variety {
  const added = new Float64Array(candidates);
  const residual = new Float64Array(candidates).fill(1);
  const columns: Float64Array[] = [];
  return {
    added,
    choose(place) {
      // What lies within the span of those chosen before makes that no larger.
      if (residual[place]! < leastResidual) return;
      const length = Math.sqrt(residual[place]!);
      const column = new Float64Array(candidates);
      likeness(place, column);
      for (const earlier of columns) {
        const share = earlier[place]!;
        for (let at = 0; at < candidates; at++) column[at]! -= share * earlier[at]!;
      }
      for (let at = 0; at < candidates; at++) {
        column[at]! /= length;
        residual[at]! -= column[at]! ** 2;
        added[at] = Math.log(Math.min(1, Math.max(leastResidual, residual[at]!)));
      }
      columns.push(column);
    },
  };
}
