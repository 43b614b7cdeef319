/**
 * Which places of a list try something, and how likely each item was to stand where it stands.
 *
 * Every place flips a coin: with probability `share` it explores, else it takes the best that is left. So the propensity of an item at its place, given
 * the places before it, is `(1 - share) [it is the best] + share p`, `p` being how likely exploration takes it: exact for `epsilon` (all of the
 * pool that are left are equally likely) and `linucb` (the one with the highest upper bound), estimated from draws for `thompson`.
 */
import type { Explore } from '../../src/contract.ts';
import { drawn, expected, normalFrom, type Posterior, uncertainty } from './posterior.ts';

/** What may stand at a place. */
export interface Choices {
  /** Scores of the candidates, the best first; only as many as may be explored. */
  readonly scores: ArrayLike<number>;
  /** Features of a candidate by its place among them; `[size]`, may be the same array at every call. */
  readonly featuresOf: (candidate: number) => ArrayLike<number>;
  /** What the head's expectation is worth in units of the score. */
  readonly worth: number;
}

/** One place of the list. */
export interface Chosen {
  /** Place among the candidates. */
  readonly candidate: number;
  /** The best that was left, and all that were left. */
  readonly best: number;
  readonly among: readonly number[];
  /** Whether exploration put another item here than the best that was left. */
  readonly explored: boolean;
  /** How likely this item was here, given the places before; above 0, at most 1. */
  readonly propensity: number;
  /** How likely it would have been without exploration: 1 or 0. */
  readonly greedy: number;
  /** How likely it would have been if candidates of the pool had been put here blindly. */
  readonly blind: number;
}

/** Upper bounds lie so many standard deviations above the expectation. */
const optimism = 1;
/** Draws that a propensity of Thompson sampling is estimated from. */
const draws = 100;

/**
 * Chooses the first places of a list.
 *
 * @param places how many
 * @param share probability that a place explores, 0 to 1
 * @param random gives numbers in [0, 1)
 */
export function explored(
  { scores, featuresOf, worth }: Choices,
  posterior: Posterior,
  kind: Explore,
  share: number,
  places: number,
  random: () => number,
): Chosen[] {
  const left = Array.from({ length: scores.length }, (_, candidate) => candidate);
  const explores = kind === 'none' ? 0 : share;
  const { weigh, propensity } = chooser();
  const chosen: Chosen[] = [];
  while (chosen.length < places && left.length > 0) {
    const best = left[0]!;
    const exploring = explores > 0 && random() < explores;
    const candidate = exploring ? weigh() : best;
    const greedy = Number(candidate === best);
    chosen.push({
      candidate,
      best,
      among: [...left],
      explored: candidate !== best,
      propensity: (1 - explores) * greedy + (explores > 0 ? explores * propensity(candidate) : 0),
      greedy,
      blind: 1 / left.length,
    });
    left.splice(left.indexOf(candidate), 1);
  }
  return chosen;

  /** How this kind chooses from what is left, and how likely it chooses what. */
  function chooser(): { weigh(): number; propensity(candidate: number): number } {
    if (kind === 'epsilon')
      return {
        weigh: () => left[Math.min(left.length - 1, Math.floor(random() * left.length))]!,
        propensity: () => 1 / left.length,
      };
    if (kind === 'linucb') {
      const bounds = Array.from(
        left,
        (candidate) => scores[candidate]! + worth * optimism * uncertainty(posterior, featuresOf(candidate)),
      );
      const highest = () => bestOf(left, bounds);
      return { weigh: highest, propensity: (candidate) => Number(candidate === highest()) };
    }
    const normal = normalFrom(random);
    /** Scores as they would be with weights drawn from the posterior. */
    const imagined = () => {
      const weights = drawn(posterior, normal).map((weight, place) => weight - posterior.mean[place]!);
      return Array.from(
        scores,
        (score, candidate) => score + worth * expected(weights, featuresOf(candidate)),
      );
    };
    let others: number[][] | undefined;
    return {
      weigh: () => bestOf(left, imagined()),
      propensity(candidate) {
        others ??= Array.from({ length: draws }, imagined);
        const times = others.filter((drawing) => bestOf(left, drawing) === candidate).length;
        // The draw that chose it is one of them: nothing that was shown was impossible.
        return (times + 1) / (draws + 1);
      },
    };
  }
}

/** The first of the candidates with the highest score. */
function bestOf(candidates: readonly number[], scores: ArrayLike<number>): number {
  let best = candidates[0]!;
  for (const candidate of candidates) if (scores[candidate]! > scores[best]!) best = candidate;
  return best;
}
