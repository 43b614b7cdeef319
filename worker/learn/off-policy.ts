/**
 * What another way of making lists would have been worth, estimated from what this one has shown and what came of it.
 *
 * The same estimators as in the Open Bandit Pipeline (Saito, Aihara, Matsutani and Narita, Open Bandit Dataset and Pipeline, NeurIPS 2021), whose
 * Python package gives the same numbers: `test/golden/off-policy.json`. Inverse propensity scores, the same normalised by their own sum (Swaminathan and
 * Joachims, The self-normalized estimator for counterfactual learning, NIPS 2015), and doubly robust (Dudik, Langford and Li, ICML 2011), each
 * with a normal interval from the variance of its terms; the effective sample size is Kish's: the square of the weights' sum over the sum of squares.
 */

import type { LoggedChoice, OffPolicyEstimates, RewardEstimate } from '../../src/contract.ts';

/** 97.5 % of a normal distribution lie below. */
const quantile = 1.959963984540054;

const usable = ({ reward, propensity, target }: LoggedChoice) =>
  Number.isFinite(reward) && propensity > 0 && propensity <= 1 && target >= 0 && target <= 1;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * @param value the estimate
 * @param terms whose mean's standard error is the estimate's
 */
function around(value: number, terms: readonly number[]): RewardEstimate {
  const centre = mean(terms);
  const squares = terms.reduce((sum, term) => sum + (term - centre) ** 2, 0);
  const half =
    terms.length > 1
      ? quantile * Math.sqrt(squares / (terms.length - 1) / terms.length)
      : Number.POSITIVE_INFINITY;
  return { value, low: value - half, high: value + half };
}

/** Estimates from a log. Entries that are no such thing (NaN, a propensity of 0) are left out. */
export function offPolicy(log: readonly LoggedChoice[]): OffPolicyEstimates {
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
