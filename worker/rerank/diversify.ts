/** Stage: not ten of the same, and what this visitor likes in the proportions in which they like it; see "Diversity" in `docs/model.md`. */
import { categoryShares } from '../model/features/preferred-categories.ts';
import { interestOf } from '../model/interest.ts';
import { type Calibration, calibrationTo } from './calibrate.ts';
import type { Moment, Stage } from './ranking.ts';
import { likenessWithin } from './similarity.ts';
import { determinant, marginalRelevance } from './variety.ts';

/** No more places than this are chosen one by one; a page is shorter, and the work grows with the square. */
const mostPlaces = 200;

const varieties = { mmr: marginalRelevance, dpp: determinant };

/** Scores scaled to 0..1, 1 where all are equal. */
function relevanceOf(scores: Float32Array): Float64Array {
  let best = Number.NEGATIVE_INFINITY;
  let worst = Number.POSITIVE_INFINITY;
  for (const score of scores) {
    best = Math.max(best, score);
    worst = Math.min(worst, score);
  }
  const span = best - worst;
  return Float64Array.from(scores, (score) => (span === 0 ? 1 : (score - worst) / span));
}

/** The visitor's mix of leaf categories against that of the list; undefined where categories are not known (yet). */
function calibration(rows: Int32Array, { pack, history, scores }: Moment): Calibration | undefined {
  const { priors, manifest, categories } = pack;
  if (!priors) return undefined;
  const interest = scores.evidence?.interest ?? interestOf(history, manifest.linear);
  return calibrationTo(
    categoryShares(interest, priors.leaf, categories.length),
    Uint16Array.from(rows, (row) => priors.leaf[row]!),
  );
}

/** Chooses the first places one by one, each good, unlike those before it and of what the visitor likes; the others follow in the order they had. */
export const diversify: Stage = (ranking, moment) => {
  const { wanted, pack } = moment;
  const { diversity } = wanted;
  const total = ranking.rows.length;
  if ((diversity === 0 && wanted.calibration === 0) || total === 0) return ranking;
  const places = Math.min(wanted.limit, mostPlaces, total);
  const looked = Math.min(total, Math.max(50, 5 * Math.min(wanted.limit, mostPlaces)));
  const candidates = ranking.rows.subarray(0, looked);

  const relevance = relevanceOf(ranking.scores.subarray(0, looked));
  const variety =
    diversity === 0 ? undefined : varieties[wanted.diversify](looked, likenessWithin(candidates, pack));
  const mix = wanted.calibration === 0 ? undefined : calibration(candidates, moment);
  const weight = mix ? wanted.calibration : 0;
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
      const worth = (1 - diversity) * relevance[place]! + (variety ? diversity * variety.added[place]! : 0);
      const value = mix ? (1 - weight) * worth - weight * mix.divergenceWith(place) : worth;
      if (value <= most) continue;
      chosen = place;
      most = value;
    }
    taken[chosen] = 1;
    take(chosen);
    variety?.choose(chosen);
    mix?.choose(chosen);
  }
  for (let place = 0; place < total; place++) if (!taken[place]) take(place);
  return { rows, scores };
};
