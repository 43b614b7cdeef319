/** Stage: what was shown at this place and passed over goes down; see "Rotation" in `docs/model.md`. */
import type { Stage } from './ranking.ts';
import { bestFirst } from './score.ts';
import { spreadOf } from './spread.ts';

/** Takes from each score, in spreads of the list, half for one time passed over, three quarters for two, and so on. */
export const rotate: Stage = (ranking, { wanted, passedOver }) => {
  if (wanted.rotation === 0 || !passedOver || passedOver.size === 0) return ranking;
  const strength = wanted.rotation * spreadOf(ranking.scores);
  const scores = ranking.scores.map((score, place) => {
    const times = passedOver.get(ranking.rows[place]!);
    return times === undefined ? score : score - strength * (1 - 2 ** -times);
  });
  return bestFirst(ranking.rows, scores);
};
