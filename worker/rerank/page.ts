/** Stage: as many as asked for. */
import type { Stage } from './ranking.ts';

/** Cuts the list at the request's limit. */
export const page: Stage = ({ rows, scores }, { wanted }) => ({
  rows: rows.subarray(0, wanted.limit),
  scores: scores.subarray(0, wanted.limit),
});
