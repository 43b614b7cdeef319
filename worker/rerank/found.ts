/** What was found by words, in the order of words and taste; see "Search by taste" in `docs/model.md`. */
import type { Paged, RecommendRequest } from '../../src/contract.ts';
import type { ItemRow } from '../pack/pack.ts';
import { type Asker, type List, recommendList } from './lists.ts';

const defaultTaste = 0.3;

/** How well the words fit, as a search engine says it. */
interface Found {
  readonly rows: readonly ItemRow[];
  /** 0 to 1, parallel to `rows`. */
  readonly fit: readonly number[];
}

/**
 * Ranks what was found by `fit + weight * (tier's score, scaled to 0..1 over what was found)`. What the visitor dislikes stays in
 * the list: who looks for it wants it.
 *
 * @param weight what taste counts, 0 to 1; see `SearchRequest.taste`
 * @throws RecluseError `invalid-argument`, `catalogue-missing` from the filter
 */
export function foundList(
  { rows, fit }: Found,
  weight: number | undefined,
  request: Paged<RecommendRequest>,
  asker: Asker,
): List {
  const strength = weight ?? defaultTaste;
  const before = asker.scores.scores;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    least = Math.min(least, before[row]!);
    most = Math.max(most, before[row]!);
  }
  const text = new Float32Array(before.length);
  const taste = new Float32Array(before.length);
  rows.forEach((row, place) => {
    text[row] = fit[place]!;
    taste[row] = most > least ? (strength * (before[row]! - least)) / (most - least) : 0;
  });
  const scores = text.map((one, row) => one + taste[row]!);
  const partsOf = (row: ItemRow) => ({ text: text[row]!, taste: taste[row]! });
  return recommendList(
    request,
    {
      ...asker,
      // Nobody looks for something by name to be shown something else.
      trying: undefined,
      history: { ...asker.history, disliked: new Int32Array() },
      scores: { ...asker.scores, scores, partsOf, typicalParts: () => ({}) },
    },
    Int32Array.from(rows).sort(),
  );
}
