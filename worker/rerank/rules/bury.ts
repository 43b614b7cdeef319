/** Stage: what the shop would rather not show goes behind everything else. */
import type { Predicate } from '../condition.ts';
import { keepRows, type Ranking } from '../ranking.ts';

/** Items that meet any of the conditions go last; apart from that, all keep their order. */
export function buried(ranking: Ranking, conditions: readonly Predicate[]): Ranking {
  if (conditions.length === 0) return ranking;
  const hidden = (row: number) => conditions.some((holds) => holds(row));
  const above = keepRows(ranking, (row) => !hidden(row));
  const below = keepRows(ranking, hidden);
  const rows = new Int32Array(ranking.rows.length);
  const scores = new Float32Array(ranking.rows.length);
  rows.set(above.rows);
  rows.set(below.rows, above.rows.length);
  scores.set(above.scores);
  scores.set(below.scores, above.rows.length);
  return { rows, scores };
}
