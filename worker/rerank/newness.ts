/** Stage: what is new goes up; see "Newness" in `docs/model.md`. */
import { age } from '../model/features/age.ts';
import { decay } from '../model/interest.ts';
import type { Stage } from './ranking.ts';
import { bestFirst } from './score.ts';
import { spreadOf } from './spread.ts';

/** Days after which an item is half as new. */
const halfLife = 30;

/** Adds to each score what is left of the item's newness, in spreads of the list; an item of unknown age is not new. */
export const newness: Stage = (ranking, { wanted, pack, now }) => {
  const { priors } = pack;
  if (wanted.newness === 0 || !priors?.since) return ranking;
  const strength = wanted.newness * spreadOf(ranking.scores);
  const scores = ranking.scores.map((score, place) => {
    const days = age(ranking.rows[place]!, priors, now);
    return days < 0 ? score : score + strength * decay(days, halfLife);
  });
  return bestFirst(ranking.rows, scores);
};
