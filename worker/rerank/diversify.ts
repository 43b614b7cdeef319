/** Stage: not ten of the same. Maximal marginal relevance; see "Diversity" in `docs/model.md`. */
import type { Stage } from './ranking.ts';
import { likenessIn } from './similarity.ts';

/** No more places than this are chosen one by one; a page is shorter, and the work grows with the square. */
const mostPlaces = 200;

/** Chooses the first places one by one, each good and unlike those before it; the others follow in the order they had. */
export const diversify: Stage = (ranking, { wanted, pack }) => {
  const { diversity } = wanted;
  const total = ranking.rows.length;
  if (diversity === 0 || total === 0) return ranking;
  const places = Math.min(wanted.limit, mostPlaces, total);
  const looked = Math.min(total, Math.max(50, 5 * Math.min(wanted.limit, mostPlaces)));
  const likeness = likenessIn(pack);

  const worst = ranking.scores[looked - 1]!;
  const span = ranking.scores[0]! - worst;
  const relevance = Float64Array.from({ length: looked }, (_, place) =>
    span === 0 ? 1 : (ranking.scores[place]! - worst) / span,
  );
  const nearest = new Float64Array(looked);
  const taken = new Uint8Array(looked);
  const rows = new Int32Array(total);
  const scores = new Float32Array(total);
  let filled = 0;
  const take = (place: number) => {
    rows[filled] = ranking.rows[place]!;
    scores[filled] = ranking.scores[place]!;
    filled++;
  };

  while (filled < places) {
    let chosen = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let place = 0; place < looked; place++) {
      if (taken[place]) continue;
      const value = (1 - diversity) * relevance[place]! - diversity * nearest[place]!;
      if (value <= most) continue;
      chosen = place;
      most = value;
    }
    taken[chosen] = 1;
    take(chosen);
    for (let place = 0; place < looked; place++)
      if (!taken[place])
        nearest[place] = Math.max(nearest[place]!, likeness(ranking.rows[chosen]!, ranking.rows[place]!));
  }
  for (let place = 0; place < total; place++) if (!taken[place]) take(place);
  return { rows, scores };
};
