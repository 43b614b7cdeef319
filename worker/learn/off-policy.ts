/**
 * What another way of making lists would have been worth, estimated from what this one has shown and what came of it.
 *
 * The same estimators as in the Open Bandit Pipeline (Saito, Aihara, Matsutani and Narita, Open Bandit Dataset and Pipeline, NeurIPS 2021), whose
 * Python package gives the same numbers: `test/golden/off-policy.json`.
 */

/** One item that was shown, why, and what came of it. */
export interface Logged {
  /** What came of it, for example 1 for a click and 0 for none. */
  readonly reward: number;
  /** How likely it was to stand there, above 0, at most 1. */
  readonly propensity: number;
  /** How likely it is to stand there by the other way of making lists, 0 to 1. */
  readonly target: number;
  /** What a model of the reward expects of this item; only for the doubly robust estimate. */
  readonly predicted?: number;
  /** What that model expects of what the other way would have put there; only for the doubly robust estimate. */
  readonly predictedTarget?: number;
}

/** An estimate of the mean reward. */
export interface Estimate {
  readonly value: number;
  /** 95 % of such intervals hold the truth, where the log is long and no weight is extreme: normal, from the variance of the terms. */
  readonly low: number;
  readonly high: number;
}

/** What the log says about another way of making lists. */
export interface OffPolicy {
  /** Entries of the log that count. */
  readonly entries: number;
  /** How many entries of the other way's own log would say as much (Kish): the square of the weights' sum over the sum of their squares. */
  readonly effective: number;
  /** Inverse propensity score: unbiased where the propensities are right, and noisy. Null for an empty log. */
  readonly ips: Estimate | null;
  /** The same over the mean of the weights (Swaminathan and Joachims, NIPS 2015): a little biased, less noisy. Null where all weights are 0. */
  readonly snips: Estimate | null;
  /** Doubly robust (Dudik, Langford and Li, ICML 2011): right where propensities or predictions are. Null where predictions are missing. */
  readonly doublyRobust: Estimate | null;
}

/** 97.5 % of a normal distribution lie below. */
const quantile = 1.959963984540054;

const usable = ({ reward, propensity, target }: Logged) =>
  Number.isFinite(reward) && propensity > 0 && propensity <= 1 && target >= 0 && target <= 1;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * @param value the estimate
 * @param terms whose mean's standard error is the estimate's
 */
function around(value: number, terms: readonly number[]): Estimate {
  const centre = mean(terms);
  const squares = terms.reduce((sum, term) => sum + (term - centre) ** 2, 0);
  const half =
    terms.length > 1
      ? quantile * Math.sqrt(squares / (terms.length - 1) / terms.length)
      : Number.POSITIVE_INFINITY;
  return { value, low: value - half, high: value + half };
}

/** Estimates from a log. Entries that are no such thing (NaN, a propensity of 0) are left out. */
export function offPolicy(log: readonly Logged[]): OffPolicy {
  const entries = log.filter(usable);
  const weights = entries.map(({ target, propensity }) => target / propensity);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
  const effective = squares > 0 ? (total * total) / squares : 0;
  if (entries.length === 0) return { entries: 0, effective, ips: null, snips: null, doublyRobust: null };

  const weighted = entries.map(({ reward }, place) => weights[place]! * reward);
  const ips = mean(weighted);
  const snips = total > 0 ? ips / (total / entries.length) : undefined;
  const corrected = entries.flatMap(({ reward, predicted, predictedTarget }, place) =>
    Number.isFinite(predicted) && Number.isFinite(predictedTarget)
      ? [predictedTarget! + weights[place]! * (reward - predicted!)]
      : [],
  );
  return {
    entries: entries.length,
    effective,
    ips: around(ips, weighted),
    snips:
      snips === undefined
        ? null
        : // The delta method: what each entry moves the ratio by.
          around(
            snips,
            entries.map(({ reward }, place) => (weights[place]! * (reward - snips) * entries.length) / total),
          ),
    doublyRobust: corrected.length === entries.length ? around(mean(corrected), corrected) : null,
  };
}
